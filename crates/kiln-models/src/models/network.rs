//! What holds for all models.

use burn::tensor::{Device, Tensor};
use kiln_core::Seed;
use kiln_data::{Fitted, Inputs};

use super::{ModelConfig, Network};
use crate::observe::{Observer, Tap};
use crate::{ModelError, ModelInput, Operation, Summary};

impl ModelConfig {
    /// Whether a pass with a seed draws noise: whether there is any dropout, noise on inputs or stochastic depth.
    pub fn is_random(&self) -> bool {
        self.as_kind().is_random()
    }

    /// Whether the first weights follow from rows of the training part, which [`Network::fitted_to`] gives them.
    pub fn starts_from_rows(&self) -> bool {
        self.as_kind().starts_from_rows()
    }

    /// Whether a linear model, which solvers of convex problems know, has an intercept; `None` for every other model.
    pub fn intercept(&self) -> Option<bool> {
        self.as_kind().intercept()
    }

    /// Checks the configuration against the shape of the data and says what the model would be, without making it.
    ///
    /// # Errors
    /// [`ModelError`] for a setting out of its range, data that the model cannot read, or more than 2³¹ parameters.
    pub fn summary(&self, input: impl Into<ModelInput>, outputs: usize) -> Result<Summary, ModelError> {
        self.as_kind().summary(&input.into(), outputs)
    }

    /// As [`ModelConfig::init`], for data that went through this preprocessing: one output a class, or a column of numbers,
    /// as the usual losses want.
    ///
    /// ```
    /// use kiln_core::{Purpose, Seed};
    /// use kiln_data::{DataConfig, Prepared};
    /// use kiln_models::{MlpConfig, ModelConfig};
    ///
    /// let iris = Prepared::load(&DataConfig::new("iris"), Seed::new(0))?;
    /// let seed = Seed::new(0).purpose(Purpose::Init);
    /// let model = ModelConfig::from(MlpConfig::default()).init_for(&iris.fitted, &Default::default(), seed)?;
    /// let inputs = iris.fitted.inputs(&iris.dataset.features, &[0, 1], &Default::default())?;
    /// assert_eq!(model.forward(inputs, None).dims(), [2, 3]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`ModelConfig::summary`].
    pub fn init_for(&self, fitted: &Fitted, device: &Device, seed: Seed) -> Result<Network, ModelError> {
        self.init(fitted, fitted.outputs(), device, seed)
    }
}

impl Network {
    /// The path of the last layer, whose outputs are what is predicted. Every model has it.
    pub const HEAD: &str = "output";

    /// The network with first weights for these rows of the training part, of a configuration that
    /// [starts from rows](ModelConfig::starts_from_rows); any other network as it is. `seed` is for [`kiln_core::Purpose::Init`].
    ///
    /// # Panics
    /// As [`Network::forward`].
    #[must_use]
    pub fn fitted_to(self, rows: Inputs, seed: Seed) -> Self {
        match self {
            Self::Mlp(mlp) => Self::Mlp(mlp.fitted(rows.flat(), seed)),
            other => other,
        }
    }

    /// Raw outputs (logits, or predicted numbers), `[N, outputs]`, f32; of a model with several heads `[heads · N, outputs]`, one head after
    /// another, which kiln-train's `Supervised` brings together.
    ///
    /// `seed`: `None` for evaluation, `Some` for training; it is for [`kiln_core::Purpose::Noise`] and this step,
    /// and every layer with dropout splits its own off. Images are flattened for a linear model and an MLP.
    ///
    /// # Panics
    /// When the inputs have another shape than the model was made for, as any Burn module does.
    pub fn forward(&self, inputs: Inputs, seed: Option<Seed>) -> Tensor<2> {
        self.as_model().forward(inputs, seed, &mut Observer::nobody())
    }

    /// The network with a share of the probability of each dropout, `[0, 1]`: what a schedule of dropout asks for. Noise on inputs, and branches that
    /// stochastic depth leaves out, stay as they are.
    #[must_use]
    pub fn with_dropout(mut self, share: f64) -> Self {
        self.as_model_mut().scale_dropout(share);
        self
    }

    /// Whether there is any dropout with a probability above 0.
    pub fn drops(&self) -> bool {
        self.clone().as_model_mut().scale_dropout(1.0)
    }

    /// What the network does in evaluation, operation by operation, with the paths of the tensors that each takes: for programs that
    /// write it in another form.
    ///
    /// ```
    /// use kiln_core::Seed;
    /// use kiln_data::InputShape;
    /// use kiln_models::{Activation, MlpConfig, ModelConfig, Operation};
    ///
    /// let config = ModelConfig::Mlp(MlpConfig { hidden: vec![8], ..MlpConfig::default() });
    /// let network = config.init(InputShape::Table(3), 2, &Default::default(), Seed::new(0))?;
    /// let operations = network.operations();
    /// assert_eq!(operations[0], Operation::Flatten);
    /// assert_eq!(operations[2], Operation::Activation(Activation::Relu));
    /// # Ok::<(), kiln_models::ModelError>(())
    /// ```
    pub fn operations(&self) -> Vec<Operation> {
        self.as_model().operations()
    }

    /// [`Network::forward`], the same bits, that shows what hidden layers give on the way, so that a loss can
    /// depend on it: Keras' `activity_regularizer`.
    ///
    /// `observe` is called for each hidden layer in the order they run, with the path that its parameters have and
    /// with its output `[N, features]`, after activation and pooling and before dropout: `layers.0` for a dense layer,
    /// `blocks.1` for a convolution of a CNN, `prep`, `stages.0.block` and `stages.0.residual.1` for those of a
    /// residual network, and the paths of the blocks of those that others have published, `layer1.0` or `features.3`. Feature maps are flattened in the order of channels, rows, columns. Outputs are not
    /// hidden layers, so a linear model shows nothing. Gradients flow through what is shown.
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use kiln_core::Seed;
    /// use kiln_data::{InputShape, Inputs};
    /// use kiln_models::{MlpConfig, ModelConfig};
    ///
    /// let device = Device::default().autodiff();
    /// let config = ModelConfig::Mlp(MlpConfig { hidden: vec![8, 4], ..MlpConfig::default() });
    /// let network = config.init(InputShape::Table(3), 1, &device, Seed::new(0))?;
    /// let mut activity = Tensor::<1>::zeros([1], &device);
    /// let outputs = network.forward_observed(Inputs::Table(Tensor::ones([5, 3], &device)), None, &mut |path, output| {
    ///     assert!(path.starts_with("layers."));
    ///     activity = activity.clone() + output.clone().abs().sum();
    /// });
    /// let loss = outputs.square().mean() + activity * 1e-4;
    /// loss.backward();
    /// # Ok::<(), kiln_models::ModelError>(())
    /// ```
    ///
    /// # Panics
    /// As [`Network::forward`].
    pub fn forward_observed(
        &self,
        inputs: Inputs,
        seed: Option<Seed>,
        observe: &mut dyn FnMut(&str, &Tensor<2>),
    ) -> Tensor<2> {
        self.as_model().forward(inputs, seed, &mut Observer::new(observe))
    }

    /// [`Network::forward_observed`] for those who want the shapes of what hidden layers give, want to put something else in its
    /// place, or want to see the weights of attention. The layers are those of [`Network::forward_observed`]; behind a residual
    /// branch of a `resnet` its sum comes too, as `stages.0`.
    ///
    /// # Panics
    /// As [`Network::forward`], and where a tap gives something of another shape.
    pub fn forward_tapped(&self, inputs: Inputs, seed: Option<Seed>, tap: &mut dyn Tap) -> Tensor<2> {
        self.as_model().forward(inputs, seed, &mut Observer::tapped(tap))
    }
}
