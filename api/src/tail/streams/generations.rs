//! A bounded map of lists that drops what was not used for long.

use std::collections::HashMap;
use std::sync::Arc;

use litopys_domain::ids::StreamId;

type Lists<T> = HashMap<StreamId, Arc<Vec<T>>>;

/// Two generations: what is used again moves to the young one, the old one is dropped whole.
#[derive(Debug)]
pub(super) struct Generations<T> {
    young: Lists<T>,
    old: Lists<T>,
    /// Lists and items that came into the young one.
    held: usize,
    held_max: usize,
}

impl<T: Clone> Generations<T> {
    pub(super) fn new(held_max: usize) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), held: 0, held_max }
    }

    pub(super) fn get(&mut self, stream: &StreamId) -> Option<Arc<Vec<T>>> {
        if let Some(list) = self.young.get(stream) {
            return Some(Arc::clone(list));
        }
        let list = self.old.remove(stream)?;
        self.insert(stream.clone(), Arc::clone(&list));
        Some(list)
    }

    pub(super) fn insert(&mut self, stream: StreamId, list: Arc<Vec<T>>) {
        self.held += 1 + list.len();
        self.old.remove(&stream);
        self.young.insert(stream, list);
        if self.held > self.held_max {
            self.old = std::mem::take(&mut self.young);
            self.held = 0;
        }
    }

    /// Adds to a list that is held; one that is not will be read when it is asked for.
    pub(super) fn push(&mut self, stream: &StreamId, item: &T) {
        self.push_if(stream, item, |_| true);
    }

    fn push_if(&mut self, stream: &StreamId, item: &T, wanted: impl Fn(&[T]) -> bool) {
        let list = self.young.get_mut(stream).or_else(|| self.old.get_mut(stream));
        if let Some(list) = list.filter(|list| wanted(list.as_slice())) {
            Arc::make_mut(list).push(item.clone());
            self.held += 1;
        }
    }
}

impl<T: Clone + PartialEq> Generations<T> {
    /// As [`Self::push`], once.
    pub(super) fn push_new(&mut self, stream: &StreamId, item: &T) {
        self.push_if(stream, item, |list| !list.contains(item));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(number: u8) -> StreamId {
        format!("case/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e{number:02x}").parse().unwrap()
    }

    #[test]
    fn what_is_used_stays_and_what_is_not_goes() {
        let mut held = Generations::new(8);
        for number in 0..4 {
            held.insert(stream(number), Arc::new(vec![number]));
        }
        assert_eq!(held.get(&stream(0)).as_deref(), Some(&vec![0]));
        for number in 4..12 {
            held.insert(stream(number), Arc::new(vec![number]));
            assert!(held.get(&stream(0)).is_some(), "used again and again");
        }
        assert!(held.get(&stream(1)).is_none(), "not used since");
    }

    #[test]
    fn lists_grow_where_they_are_held() {
        let mut held = Generations::new(4);
        held.insert(stream(0), Arc::default());
        held.insert(stream(1), Arc::new(vec![1, 2, 3])); // stream 0 is of the old generation now
        held.push(&stream(0), &7);
        held.push_new(&stream(0), &7);
        held.push_new(&stream(0), &8);
        held.push(&stream(2), &7);
        assert_eq!(held.get(&stream(0)).as_deref(), Some(&vec![7, 8]));
        assert!(held.get(&stream(2)).is_none());
    }
}
