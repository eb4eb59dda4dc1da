//! A model as one writes it for burn-train, and nothing of kiln in it but the batches it reads.

use burn::module::Module;
use burn::nn::loss::CrossEntropyLossConfig;
use burn::nn::{Dropout, DropoutConfig, Linear, LinearConfig, Relu};
use burn::tensor::{Device, Int, Tensor};
use burn::train::{ClassificationOutput, InferenceStep, TrainOutput, TrainStep};
use kiln_data::{Batch, Targets};

#[derive(Module, Debug)]
pub(crate) struct Model {
    hidden: Linear,
    dropout: Dropout,
    output: Linear,
    activation: Relu,
}

impl Model {
    pub(crate) fn new(device: &Device) -> Self {
        Self {
            hidden: LinearConfig::new(64, 32).init(device),
            dropout: DropoutConfig::new(0.0).init(),
            output: LinearConfig::new(32, 10).init(device),
            activation: Relu::new(),
        }
    }

    pub(crate) fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.output.forward(self.dropout.forward(self.activation.forward(self.hidden.forward(x))))
    }

    pub(crate) fn forward_classification(
        &self,
        images: Tensor<2>,
        targets: Tensor<1, Int>,
    ) -> ClassificationOutput {
        let output = self.forward(images);
        let loss = CrossEntropyLossConfig::new().init(&output.device());
        ClassificationOutput::new(loss.forward(output.clone(), targets.clone()), output, targets)
    }
}

pub(crate) fn classes(targets: Targets) -> Tensor<1, Int> {
    let Targets::Classes(classes) = targets else { panic!("digits have classes") };
    classes
}

impl InferenceStep for Model {
    type Input = Batch;
    type Output = ClassificationOutput;

    fn step(&self, batch: Batch) -> ClassificationOutput {
        self.forward_classification(batch.inputs.flat(), classes(batch.targets))
    }
}

impl TrainStep for Model {
    type Input = Batch;
    type Output = ClassificationOutput;

    fn step(&self, batch: Batch) -> TrainOutput<ClassificationOutput> {
        let output = InferenceStep::step(self, batch);
        TrainOutput::new(self, output.loss.backward(), output)
    }
}
