//! Spreads work over the machine's cores.

use std::num::NonZero;
use std::thread;

/// Below this many items a thread costs more than it saves.
const ITEMS_MIN: usize = 64;

/// Maps `items` in order, on as many threads as there are cores.
pub(crate) fn map<T: Send, R: Send>(items: Vec<T>, f: impl Fn(T) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let share = items.len().div_ceil(threads);
    if threads == 1 || items.len() < ITEMS_MIN {
        return items.into_iter().map(f).collect();
    }
    let mut shares = Vec::with_capacity(threads);
    let mut items = items.into_iter();
    for _ in 0..threads {
        shares.push(items.by_ref().take(share).collect::<Vec<_>>());
    }
    let f = &f;
    thread::scope(|scope| {
        let workers: Vec<_> = shares
            .into_iter()
            .map(|share| scope.spawn(move || share.into_iter().map(f).collect::<Vec<_>>()))
            .collect();
        // A worker that panics ends the audit: half an answer must not pass for one.
        let join = |worker: thread::ScopedJoinHandle<'_, Vec<R>>| match worker.join() {
            Ok(results) => results,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        workers.into_iter().flat_map(join).collect()
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn order_is_kept_and_nothing_is_lost() {
        for count in [0, 1, 63, 64, 65, 1000] {
            let doubled = super::map((0..count).collect(), |n: i32| n * 2);
            assert_eq!(doubled, (0..count).map(|n| n * 2).collect::<Vec<_>>());
        }
    }
}
