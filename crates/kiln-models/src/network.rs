//! Any of the built-in models.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use kiln_core::Seed;
use kiln_data::{InputShape, Inputs};

use crate::observe::Observer;
use crate::{Cnn, Linear, Mlp, ModelConfig, ModelError, Resnet, Summary};

/// A built-in model. Paths of parameters are those of the model inside.
///
/// Two things differ between training and evaluation. Dropout is on when [`Network::forward`] gets a seed. Batch
/// norm uses the statistics of the batch on an autodiff device and the running ones after
/// [`Module::valid`](burn::module::Module::valid).
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant)] // One per run; a box would buy nothing.
pub enum Network {
    /// One linear layer.
    Linear(Linear),
    /// A multi-layer perceptron.
    Mlp(Mlp),
    /// A convolutional network.
    Cnn(Cnn),
    /// A residual network.
    Resnet(Resnet),
}

impl ModelConfig {
    /// Whether a pass with a seed draws noise: whether there is any dropout, noise on inputs or stochastic depth.
    pub fn is_random(&self) -> bool {
        match self {
            Self::Linear(_) => false,
            Self::Mlp(mlp) => mlp.dropout > 0.0 || mlp.input_dropout > 0.0 || mlp.input_noise > 0.0,
            Self::Cnn(cnn) => cnn.dropout > 0.0 || cnn.conv_dropout > 0.0,
            Self::Resnet(resnet) => resnet.dropout > 0.0 || resnet.stochastic_depth > 0.0,
        }
    }

    /// The name in a configuration: `mlp`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Linear(_) => "linear",
            Self::Mlp(_) => "mlp",
            Self::Cnn(_) => "cnn",
            Self::Resnet(_) => "resnet",
        }
    }

    /// Checks the configuration against the shape of the data and says what the model would be, without making it.
    ///
    /// # Errors
    /// [`ModelError`] for a setting out of its range, data that the model cannot read, or more than 2³¹ parameters.
    pub fn summary(&self, input: InputShape, outputs: usize) -> Result<Summary, ModelError> {
        match self {
            Self::Linear(config) => config.summary(input, outputs),
            Self::Mlp(config) => config.summary(input, outputs),
            Self::Cnn(config) => config.summary(input, outputs),
            Self::Resnet(config) => config.summary(input, outputs),
        }
    }

    /// Makes the model for items of shape `input` and `outputs` numbers an item (classes or target columns).
    ///
    /// `seed` is for [`kiln_core::Purpose::Init`]; the weights are a function of it, the same on every device.
    ///
    /// # Errors
    /// As [`ModelConfig::summary`].
    pub fn init(
        &self,
        input: InputShape,
        outputs: usize,
        device: &Device,
        seed: Seed,
    ) -> Result<Network, ModelError> {
        Ok(match self {
            Self::Linear(config) => Network::Linear(config.init(input, outputs, device, seed)?),
            Self::Mlp(config) => Network::Mlp(config.init(input, outputs, device, seed)?),
            Self::Cnn(config) => Network::Cnn(config.init(input, outputs, device, seed)?),
            Self::Resnet(config) => Network::Resnet(config.init(input, outputs, device, seed)?),
        })
    }
}

impl Network {
    /// Raw outputs (logits, or predicted numbers), `[N, outputs]`, f32.
    ///
    /// `seed`: `None` for evaluation, `Some` for training; it is for [`kiln_core::Purpose::Noise`] and this step,
    /// and every layer with dropout splits its own off. Images are flattened for a linear model and an MLP.
    ///
    /// # Panics
    /// When the inputs have another shape than the model was made for, as any Burn module does.
    pub fn forward(&self, inputs: Inputs, seed: Option<Seed>) -> Tensor<2> {
        self.pass(inputs, seed, Observer::nobody())
    }

    /// [`Network::forward`], the same bits, that shows what hidden layers give on the way, so that a loss can
    /// depend on it: Keras' `activity_regularizer`.
    ///
    /// `observe` is called for each hidden layer in the order they run, with the path that its parameters have and
    /// with its output `[N, features]`, after activation and pooling and before dropout: `layers.0` for a dense layer,
    /// `blocks.1` for a convolution of a CNN, `prep`, `stages.0.block` and `stages.0.residual.1` for those of a
    /// residual network. Feature maps are flattened in the order of channels, rows, columns. Outputs are not
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
        self.pass(inputs, seed, Observer::new(observe))
    }

    fn pass(&self, inputs: Inputs, seed: Option<Seed>, mut observer: Observer<'_>) -> Tensor<2> {
        match self {
            Self::Linear(model) => model.forward(inputs.flat()),
            Self::Mlp(model) => model.pass(inputs.flat(), seed, &mut observer),
            Self::Cnn(model) => model.pass(images(inputs), seed, &mut observer),
            Self::Resnet(model) => model.pass(images(inputs), seed, &mut observer),
        }
    }
}

fn images(inputs: Inputs) -> Tensor<4> {
    // `init` refuses other data for these models, so this is a mistake in a program, not in a configuration.
    inputs.into_images().unwrap_or_else(|| unreachable!("a model for images got other inputs"))
}
