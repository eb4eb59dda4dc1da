//! Where gradients of several branches meet.
//!
//! The graph adds up what branches give for the node that they began at, by an operation of Burn that takes images channels-last element by
//! element, on one thread, and gives them back in another order. Here that is done by a kernel, in the memory of one of them.

use std::cell::RefCell;
use std::collections::VecDeque;

use burn::backend::TensorMetadata;
use burn::backend::autodiff::NodeId;
use burn::backend::flex::FlexTensor;

/// Nodes that are kept in mind. One that is forgotten costs time, and nothing else.
const KEPT: usize = 1024;

thread_local! {
    /// Inner nodes that got a gradient of four dimensions from here. Of those whose step is still to come, the graph holds it.
    static GIVEN: RefCell<VecDeque<NodeId>> = const { RefCell::new(VecDeque::new()) };
}

/// Gives `gradient` to the node `$parent`, a `NodeRef`, in `$grads`. A macro because Burn does not let others name that type.
macro_rules! give {
    ($grads:expr, $parent:expr, $gradient:expr) => {
        let (parent, gradient) = ($parent, $gradient);
        // A leaf keeps its gradient when it is asked for it.
        let inner = !parent.parents.is_empty();
        let gradient = if inner && $crate::autodiff::meet::was_given(parent.id, &gradient) {
            let before = $grads.consume::<burn::backend::Flex>(&parent);
            $crate::flex::sum(before, gradient)
        } else {
            gradient
        };
        $grads.register::<burn::backend::Flex>(parent.id, gradient);
    };
}
pub(super) use give;

/// Whether the inner node `id` has a gradient already, as far as is known; from now on it has.
pub(super) fn was_given(id: NodeId, gradient: &FlexTensor) -> bool {
    if gradient.shape().num_dims() != 4 {
        return false;
    }
    GIVEN.with_borrow_mut(|given| {
        if given.contains(&id) {
            return true;
        }
        given.push_back(id);
        if given.len() > KEPT {
            given.pop_front();
        }
        false
    })
}
