//! Reads and checks the next pages while the fold works on this one.

use litopys_domain::act::RecordedAct;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::error::ProjectionError;
use crate::feed::Feed;

/// Pages read ahead; more would only fill memory.
const AHEAD: usize = 2;

type Page = Result<Vec<RecordedAct>, ProjectionError>;

/// Pages of a feed, read by a task that ends with this value.
#[derive(Debug)]
pub(super) struct Pages {
    pages: mpsc::Receiver<Page>,
    _reader: JoinSet<()>,
}

impl Pages {
    /// Goes on for ever, waiting at the log's end.
    pub(super) fn following(mut feed: Feed) -> Self {
        Self::read(|sender| async move {
            loop {
                let page = feed.next().await;
                let failed = page.is_err();
                if sender.send(page).await.is_err() || failed {
                    return;
                }
            }
        })
    }

    /// Ends with an empty page at the log's end.
    pub(super) fn to_the_end(mut feed: Feed) -> Self {
        Self::read(|sender| async move {
            loop {
                let page = feed.page().await;
                let last = page.as_ref().map_or(true, Vec::is_empty);
                if sender.send(page).await.is_err() || last {
                    return;
                }
            }
        })
    }

    /// The next page.
    pub(super) async fn next(&mut self) -> Page {
        // The reader ends only after it has sent why, so an end without a word is a panic there.
        self.pages.recv().await.unwrap_or(Err(sqlx::Error::WorkerCrashed.into()))
    }

    fn read<F: Future<Output = ()> + Send + 'static>(
        reader: impl FnOnce(mpsc::Sender<Page>) -> F,
    ) -> Self {
        let (sender, pages) = mpsc::channel(AHEAD);
        let mut tasks = JoinSet::new();
        tasks.spawn(reader(sender));
        Self { pages, _reader: tasks }
    }
}
