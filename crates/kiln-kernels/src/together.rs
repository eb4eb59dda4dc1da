//! Parts of one batch that run at once, and normalise by the whole of it.
//!
//! Each part has a thread of its own. Where a batch norm wants a sum over all items, each says its own and waits for the others: the shards
//! of a batch, whichever process has them.

use std::cell::RefCell;
use std::fmt::Debug;
use std::sync::Arc;

/// Gathers what the parts of a batch say.
pub trait Together: Debug + Send + Sync {
    /// What every part says, in their order, when all have said something: `own` is what this one does. All parts call it equally often,
    /// and give equally many numbers. `None` where the others have gone: what is computed from then on is thrown away.
    fn gather(&self, own: Vec<f64>) -> Option<Arc<Vec<Vec<f64>>>>;
}

thread_local! {
    static WITH: RefCell<Option<Arc<dyn Together>>> = const { RefCell::new(None) };
}

/// Does `work` as one of several parts of a batch: in it, and in this thread, [`batch_norm`](crate::batch_norm) goes by the items of all
/// parts, forward and backward, on flex in f32. Everywhere else it goes by those of its own.
pub fn together<R>(with: Arc<dyn Together>, work: impl FnOnce() -> R) -> R {
    /// Puts back what was there, also where `work` panics.
    struct Back(Option<Arc<dyn Together>>);
    impl Drop for Back {
        fn drop(&mut self) {
            let before = self.0.take();
            WITH.with_borrow_mut(|with| *with = before);
        }
    }
    let _back = Back(WITH.with_borrow_mut(|now| now.replace(with)));
    work()
}

/// The parts that this thread computes one of.
#[cfg(feature = "flex")]
pub(crate) fn with() -> Option<Arc<dyn Together>> {
    WITH.with_borrow(Clone::clone)
}
