//! Recurrent layers, as nodes of the graph.

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
use crate::flex;

// As of `Fused`: public for the macro.
#[allow(unreachable_pub)]
#[backend_extension(Autodiff, Flex)]
pub trait Recurrent: Backend {
    fn fused_lstm(inputs: FloatTensor<Self>, weight: FloatTensor<Self>) -> FloatTensor<Self>;

    fn fused_gru(
        inputs: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self>;
}

pub(crate) fn lstm(inputs: Tensor<3>, weight: Tensor<2>) -> DispatchTensor {
    Dispatch::fused_lstm(inputs.into_dispatch(), weight.into_dispatch())
}

pub(crate) fn gru(inputs: Tensor<3>, weight: Tensor<2>, bias: Tensor<1>) -> DispatchTensor {
    Dispatch::fused_gru(inputs.into_dispatch(), weight.into_dispatch(), bias.into_dispatch())
}

impl Recurrent for Flex {
    fn fused_lstm(inputs: FlexTensor, weight: FlexTensor) -> FlexTensor {
        flex::lstm(&inputs, &weight).0
    }

    fn fused_gru(inputs: FlexTensor, weight: FlexTensor, bias: FlexTensor) -> FlexTensor {
        flex::gru(&inputs, &weight, &bias).0
    }
}

impl<C: CheckpointStrategy> Recurrent for Autodiff<Flex, C> {
    fn fused_lstm(inputs: FloatTensor<Self>, weight: FloatTensor<Self>) -> FloatTensor<Self> {
        match LstmNode.prepare::<C>([inputs.node(), weight.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut tracked) => {
                let id = tracked.checkpoint(&weight);
                let (hidden, kept) = flex::lstm(&inputs.into_primitive(), &weight.into_primitive());
                tracked.finish((id, hidden.clone(), kept), hidden)
            }
            OpsKind::UnTracked(untracked) => {
                untracked.finish(flex::lstm(&inputs.into_primitive(), &weight.into_primitive()).0)
            }
        }
    }

    fn fused_gru(
        inputs: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        match GruNode.prepare::<C>([inputs.node(), weight.node(), bias.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut tracked) => {
                let id = tracked.checkpoint(&weight);
                let (inputs, weight, bias) =
                    (inputs.into_primitive(), weight.into_primitive(), bias.into_primitive());
                let (hidden, kept) = flex::gru(&inputs, &weight, &bias);
                tracked.finish((id, hidden.clone(), kept), hidden)
            }
            OpsKind::UnTracked(untracked) => {
                let (inputs, weight, bias) =
                    (inputs.into_primitive(), weight.into_primitive(), bias.into_primitive());
                untracked.finish(flex::gru(&inputs, &weight, &bias).0)
            }
        }
    }
}

#[derive(Debug)]
struct LstmNode;

impl Backward<Flex, 2> for LstmNode {
    /// Weight; all h; cells and gates.
    type State = (NodeId, FlexTensor, [FlexTensor; 2]);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, checkpoints: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node);
        let (weight, hidden, kept) = ops.state;
        let weight = checkpoints.retrieve_node_output::<FlexTensor>(weight);
        let found = flex::lstm_backward(&weight, &hidden, kept.each_ref(), &gradient);
        register!(grads, ops.parents, found.map(Some));
    }
}

#[derive(Debug)]
struct GruNode;

impl Backward<Flex, 3> for GruNode {
    /// Weight; all h; gates and what is carried.
    type State = (NodeId, FlexTensor, [FlexTensor; 2]);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, checkpoints: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node);
        let (weight, hidden, kept) = ops.state;
        let weight = checkpoints.retrieve_node_output::<FlexTensor>(weight);
        let found = flex::gru_backward(&weight, &hidden, kept.each_ref(), &gradient);
        register!(grads, ops.parents, found.map(Some));
    }
}
