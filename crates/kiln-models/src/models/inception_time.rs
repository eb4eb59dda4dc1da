//! Filters of several lengths side by side, for time series.

use burn::module::Module;
use burn::nn::{self, BatchNorm};
use burn::tensor::{Device, Tensor};
use kiln_core::{Range, Seed, check};
use kiln_data::Inputs;
use kiln_kernels::Act;
use serde::{Deserialize, Serialize};

use super::kind::{Forward, ModelKind, series};
use crate::dense::{affine, linear_operation};
use crate::dropout::Dropout;
use crate::init::Init;
use crate::norm::{BatchNormStyle, batch_norm_operation};
use crate::observe::Observer;
use crate::plan::Plan;
use crate::schema::JsonSchema;
use crate::series::{StepConv, Steps};
use crate::{Activation, ModelError, ModelInput, Operation, SequenceOperation, Summary};

/// Modules of filters of several lengths side by side, with a way past every three of them, and a linear layer on the mean of the steps (Fawaz and others:
/// InceptionTime, 2020). The paper takes the mean of five such networks: `kiln cv --keep-models` has one for each fold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = InceptionTimeConfig { filters: 16, modules: 3, ..InceptionTimeConfig::default() })]
pub struct InceptionTimeConfig {
    /// Filters of each length, at least 1; a module has four times as many outputs with three lengths. Default 32.
    #[schemars(range(min = 1))]
    pub filters: usize,
    /// How many steps the filters see, one number for each kind of filter, at least one, each odd. Default `[39, 19, 9]`.
    pub kernels: Vec<usize>,
    /// Modules one after another, at least 1. Default 6.
    #[schemars(range(min = 1))]
    pub modules: usize,
    /// Channels that a module first brings its inputs to, where there is more than one; at least 1. Default 32.
    #[schemars(range(min = 1))]
    pub bottleneck: usize,
    /// Whether what goes into three modules is added to what comes out. Default true.
    pub residual: bool,
    /// Probability that a number of the mean is dropped in training, `[0, 1)`. Default 0.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub dropout: f64,
}

impl Default for InceptionTimeConfig {
    fn default() -> Self {
        Self {
            filters: 32,
            kernels: vec![39, 19, 9],
            modules: 6,
            bottleneck: 32,
            residual: true,
            dropout: 0.0,
        }
    }
}

/// The network. Its parameters are for each module `modules.N.bottleneck.weight` (where it has more than one channel), `modules.N.convs.K.weight`,
/// `modules.N.pooled.weight` and `modules.N.norm`, for each way past three modules `shortcuts.N.conv.weight` and `shortcuts.N.norm`, and `output.weight` and
/// `output.bias`.
///
/// What is behind the end of a series counts as 0, in means and batch norm not at all: in evaluation the outputs do not depend on the other series of a batch.
#[derive(Module, Debug)]
pub struct InceptionTime {
    modules: Vec<InceptionModule>,
    shortcuts: Vec<Shortcut>,
    dropout: Dropout,
    output: nn::Linear,
}

#[derive(Module, Debug)]
struct InceptionModule {
    bottleneck: Option<StepConv>,
    convs: Vec<StepConv>,
    /// Behind the largest of three steps.
    pooled: StepConv,
    norm: BatchNorm,
}

#[derive(Module, Debug)]
struct Shortcut {
    conv: StepConv,
    norm: BatchNorm,
}

/// So many modules have a way past them.
const PAST: usize = 3;

impl InceptionTimeConfig {
    /// Channels behind a module.
    fn width(&self) -> usize {
        self.filters.saturating_mul(self.kernels.len() + 1)
    }

    /// Channels that go into the filters of a module with `inputs`.
    fn inner(&self, inputs: usize) -> usize {
        if inputs > 1 { self.bottleneck } else { inputs }
    }

    /// Checks the configuration against the shape of the data and says what the model would be.
    ///
    /// # Errors
    /// [`ModelError`] for a setting out of its range, an even kernel, data that are no time series, or more than 2³¹ parameters.
    pub fn summary(&self, input: impl Into<ModelInput>, outputs: usize) -> Result<Summary, ModelError> {
        check::at_least("model.filters", self.filters, 1)?;
        check::at_least("model.kernels", self.kernels.len(), 1)?;
        check::at_least("model.modules", self.modules, 1)?;
        check::at_least("model.bottleneck", self.bottleneck, 1)?;
        Range::BELOW_ONE.check("model.dropout", self.dropout)?;
        if let Some(&kernel) = self.kernels.iter().find(|kernel| **kernel % 2 == 0) {
            return Err(ModelError::EvenFilters { kernel });
        }
        let (mut plan, shape) = Plan::of_series(&input.into().shape, "inception-time", outputs)?;
        let (steps, width) = (shape.longest, self.width());
        let (mut inputs, mut past) = (shape.channels, shape.channels);
        for module in 0..self.modules {
            let inner = self.inner(inputs);
            if inputs > 1 {
                plan.steps([inputs, inner, 1], steps, false);
            }
            for &kernel in &self.kernels {
                plan.steps([inner, self.filters, kernel], steps, false);
            }
            plan.steps([inputs, self.filters, 1], steps, false);
            plan.parameters(width.checked_mul(2));
            plan.becomes(&[width, steps]);
            let kernels: Vec<String> = self.kernels.iter().map(usize::to_string).collect();
            plan.layer(
                &format!("modules.{module}"),
                format!("conv {}, batch norm, relu", kernels.join("+")),
            )?;
            inputs = width;
            if self.residual && (module + 1) % PAST == 0 {
                plan.steps([past, width, 1], steps, false);
                plan.parameters(width.checked_mul(2));
                plan.layer(&format!("shortcuts.{}", module / PAST), "conv 1, batch norm, plus, relu")?;
                past = width;
            }
        }
        plan.becomes(&[width]);
        plan.linear("output", outputs, true)?;
        Ok(plan.finish())
    }

    /// Makes the model; `seed` is for [`kiln_core::Purpose::Init`].
    ///
    /// # Errors
    /// As [`InceptionTimeConfig::summary`].
    pub fn init(
        &self,
        input: impl Into<ModelInput>,
        outputs: usize,
        device: &Device,
        seed: Seed,
    ) -> Result<InceptionTime, ModelError> {
        let input = input.into();
        self.summary(input.clone(), outputs)?;
        let (_, shape) = Plan::of_series(&input.shape, "inception-time", outputs)?;
        let (mut init, width) = (Init::new(device, seed), self.width());
        let (mut inputs, mut past) = (shape.channels, shape.channels);
        let (mut modules, mut shortcuts) = (Vec::new(), Vec::new());
        for module in 0..self.modules {
            let inner = self.inner(inputs);
            let bottleneck = (inputs > 1).then(|| StepConv::new(&mut init, [inputs, inner, 1], 1, false));
            let conv = |&kernel: &usize| StepConv::new(&mut init, [inner, self.filters, kernel], 1, false);
            let convs = self.kernels.iter().map(conv).collect();
            let pooled = StepConv::new(&mut init, [inputs, self.filters, 1], 1, false);
            let norm = BatchNormStyle::TORCH.init(width, device);
            modules.push(InceptionModule { bottleneck, convs, pooled, norm });
            inputs = width;
            if self.residual && (module + 1) % PAST == 0 {
                let conv = StepConv::new(&mut init, [past, width, 1], 1, false);
                shortcuts.push(Shortcut { conv, norm: BatchNormStyle::TORCH.init(width, device) });
                past = width;
            }
        }
        let output = init.linear(width, outputs, true);
        Ok(InceptionTime { modules, shortcuts, dropout: Dropout::checked(self.dropout), output })
    }
}

impl ModelKind for InceptionTimeConfig {
    fn summary(&self, input: &ModelInput, outputs: usize) -> Result<Summary, ModelError> {
        Self::summary(self, input.clone(), outputs)
    }

    fn is_random(&self) -> bool {
        self.dropout > 0.0
    }
}

impl InceptionModule {
    /// What it does before its activation, as the module at `path`.
    fn operations(&self, path: &str) -> [Operation; 2] {
        let inner = self.bottleneck.iter().map(|conv| conv.operation(format!("{path}.bottleneck"), false));
        let conv = |(n, conv): (usize, &StepConv)| vec![conv.operation(format!("{path}.convs.{n}"), false)];
        let convs = Operation::Beside(self.convs.iter().enumerate().map(conv).collect());
        let inner: Vec<Operation> = inner.chain([convs]).collect();
        let pooled = self.pooled.operation(format!("{path}.pooled"), false);
        let pooled = vec![SequenceOperation::LargestOfThree.into(), pooled];
        [Operation::Beside(vec![inner, pooled]), batch_norm_operation(format!("{path}.norm"), &self.norm)]
    }

    fn forward(&self, x: Tensor<3>, steps: &Steps) -> Tensor<3> {
        let inner = match &self.bottleneck {
            Some(bottleneck) => bottleneck.middle(x.clone()),
            None => x.clone(),
        };
        let mut all: Vec<Tensor<3>> = self.convs.iter().map(|conv| conv.middle(inner.clone())).collect();
        all.push(self.pooled.middle(steps.largest_of_three(x)));
        steps.normalised(&self.norm, Tensor::cat(all, 1), Act::Relu)
    }
}

impl Forward for InceptionTime {
    fn forward(&self, inputs: Inputs, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        let batch = series(inputs);
        let steps = Steps::of(&batch);
        let mut x = batch.values;
        let mut past = x.clone();
        for (n, module) in self.modules.iter().enumerate() {
            x = steps.masked(module.forward(x, &steps));
            if (n + 1) % PAST == 0
                && let Some(shortcut) = self.shortcuts.get(n / PAST)
            {
                let beside = steps.normalised(&shortcut.norm, shortcut.conv.middle(past), Act::None);
                x = steps.masked(Act::Relu.apply(x.add(beside)));
                past = x.clone();
            }
            x = observer.see(|| format!("modules.{n}"), x);
        }
        affine(&self.output, self.dropout.forward(steps.mean(x), seed))
    }

    fn scale_dropout(&mut self, share: f64) -> bool {
        self.dropout.scale(share)
    }

    fn operations(&self) -> Vec<Operation> {
        let rectified = || [Operation::Activation(Activation::Relu), SequenceOperation::Masked.into()];
        let mut all = Vec::new();
        for (part, modules) in self.modules.chunks(PAST).enumerate() {
            let mut branch = Vec::new();
            for (n, module) in modules.iter().enumerate() {
                branch.extend(module.operations(&format!("modules.{}", part * PAST + n)));
                branch.extend(rectified());
            }
            match self.shortcuts.get(part) {
                Some(shortcut) => {
                    let path = format!("shortcuts.{part}");
                    let shortcut = vec![
                        shortcut.conv.operation(format!("{path}.conv"), false),
                        batch_norm_operation(format!("{path}.norm"), &shortcut.norm),
                    ];
                    all.push(Operation::Sum { branch, shortcut });
                    all.extend(rectified());
                }
                None => all.extend(branch),
            }
        }
        all.extend([SequenceOperation::Mean.into(), linear_operation("output", &self.output)]);
        all
    }
}
