//! Operations on the elements of one or two tensors, as nodes of the graph.

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, DispatchTensor, Flex, backend_extension};
use burn::tensor::Tensor;

use super::node::register;
use crate::cpu::Curve;
use crate::{Act, flex};

// As of `Fused`: public for the macro.
#[allow(unreachable_pub)]
#[backend_extension(Autodiff, Flex)]
pub trait Elementwise: Backend {
    fn fused_curve(x: FloatTensor<Self>, curve: Curve) -> FloatTensor<Self>;

    fn fused_add(a: FloatTensor<Self>, b: FloatTensor<Self>, act: Act) -> FloatTensor<Self>;

    fn fused_scale(x: FloatTensor<Self>, gates: FloatTensor<Self>) -> FloatTensor<Self>;
}

pub(crate) fn curve<const D: usize>(x: Tensor<D>, curve: Curve) -> DispatchTensor {
    Dispatch::fused_curve(x.into_dispatch(), curve)
}

pub(crate) fn add(a: Tensor<4>, b: Tensor<4>, act: Act) -> DispatchTensor {
    Dispatch::fused_add(a.into_dispatch(), b.into_dispatch(), act)
}

pub(crate) fn scale(x: Tensor<4>, gates: Tensor<2>) -> DispatchTensor {
    Dispatch::fused_scale(x.into_dispatch(), gates.into_dispatch())
}

impl Elementwise for Flex {
    fn fused_curve(x: FlexTensor, curve: Curve) -> FlexTensor {
        flex::curve(&x, curve)
    }

    fn fused_add(a: FlexTensor, b: FlexTensor, act: Act) -> FlexTensor {
        flex::add(&a, &b, act)
    }

    fn fused_scale(x: FlexTensor, gates: FlexTensor) -> FlexTensor {
        flex::scale(&x, &gates)
    }
}

impl<C: CheckpointStrategy> Elementwise for Autodiff<Flex, C> {
    fn fused_curve(x: FloatTensor<Self>, curve: Curve) -> FloatTensor<Self> {
        match CurveNode.prepare::<C>([x.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut tracked) => {
                let id = tracked.checkpoint(&x);
                tracked.finish((id, curve), flex::curve(&x.into_primitive(), curve))
            }
            OpsKind::UnTracked(untracked) => untracked.finish(flex::curve(&x.into_primitive(), curve)),
        }
    }

    fn fused_add(a: FloatTensor<Self>, b: FloatTensor<Self>, act: Act) -> FloatTensor<Self> {
        match AddNode.prepare::<C>([a.node(), b.node()]).compute_bound().stateful() {
            OpsKind::Tracked(tracked) => {
                let y = flex::add(&a.into_primitive(), &b.into_primitive(), act);
                tracked.finish((act != Act::None).then(|| y.clone()), y)
            }
            OpsKind::UnTracked(untracked) => {
                untracked.finish(flex::add(&a.into_primitive(), &b.into_primitive(), act))
            }
        }
    }

    fn fused_scale(x: FloatTensor<Self>, gates: FloatTensor<Self>) -> FloatTensor<Self> {
        match ScaleNode.prepare::<C>([x.node(), gates.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut tracked) => {
                let ids = (tracked.checkpoint(&x), tracked.checkpoint(&gates));
                tracked.finish(ids, flex::scale(&x.into_primitive(), &gates.into_primitive()))
            }
            OpsKind::UnTracked(untracked) => {
                untracked.finish(flex::scale(&x.into_primitive(), &gates.into_primitive()))
            }
        }
    }
}

#[derive(Debug)]
struct CurveNode;

impl Backward<Flex, 1> for CurveNode {
    type State = (NodeId, Curve);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, checkpoints: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node);
        let (x, curve) = ops.state;
        let x = checkpoints.retrieve_node_output::<FlexTensor>(x);
        register!(grads, ops.parents, [Some(flex::curve_backward(&x, curve, &gradient))]);
    }
}

#[derive(Debug)]
struct AddNode;

impl Backward<Flex, 2> for AddNode {
    /// The output where it went through relu.
    type State = Option<FlexTensor>;

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node);
        let found = flex::add_backward(ops.state.as_ref(), &gradient);
        register!(grads, ops.parents, [Some(found.clone()), Some(found)]);
    }
}

#[derive(Debug)]
struct ScaleNode;

impl Backward<Flex, 2> for ScaleNode {
    type State = (NodeId, NodeId);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, checkpoints: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node);
        let (x, gates) = ops.state;
        let x = checkpoints.retrieve_node_output::<FlexTensor>(x);
        let gates = checkpoints.retrieve_node_output::<FlexTensor>(gates);
        register!(grads, ops.parents, flex::scale_backward(&x, &gates, &gradient).map(Some));
    }
}
