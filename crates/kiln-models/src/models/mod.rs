//! The models: each is a file with its settings, checks, layers and forward pass, and a line of this list. Models that differ in few
//! numbers share one.

mod kind;
mod network;
mod settings;

use burn::module::Module;
use burn::tensor::Device;
use kiln_core::{Seed, kinds};

use crate::{ModelError, ModelInput};
pub use cnn::Head;
use kind::Forward;
pub use kind::ModelKind;
pub use layers::{
    ActivationLayer, AlphaDropoutLayer, AttentionLayer, AvgPoolLayer, BatchNormLayer, BlockDropoutLayer,
    ConvLayer, DropoutLayer, FlattenLayer, GaussianDropoutLayer, GaussianNoiseLayer, GlobalAvgPoolLayer,
    GlobalMaxPoolLayer, GroupNormLayer, LayerConfig, LayerKind, LayerNormLayer, LayerProblem, LinearLayer,
    MaxPoolLayer, PatchesLayer, ResidualLayer, SpatialDropoutLayer,
};
#[cfg(test)]
pub(crate) use resnet::Stage;

/// Makes the two enums of the models, of their settings and of their layers.
macro_rules! models {
    ($($module:ident { $($name:literal => $model:ident($settings:ident)),+ $(,)? })+) => {
        $(
            mod $module;
            pub use $module::{$($model, $settings),+};
        )+

        kinds! {
            /// The section `[model]`: one of the built-in architectures.
            pub enum ModelConfig: ModelKind {
                $($($name => $model($settings),)+)+
            }
        }

        /// A built-in model. Paths of parameters are those of the model inside.
        ///
        /// Two things differ between training and evaluation. Dropout is on when [`Network::forward`] gets a seed. Batch
        /// norm uses the statistics of the batch on an autodiff device and the running ones after
        /// [`Module::valid`](burn::module::Module::valid).
        #[derive(Module, Debug)]
        #[allow(clippy::large_enum_variant)] // One per run; a box would buy nothing.
        #[non_exhaustive]
        pub enum Network {
            $($(
                #[doc = concat!("`kind = \"", $name, "\"`.")]
                $model($model),
            )+)+
        }

        impl ModelConfig {
            /// Makes the model for items of shape `input` and `outputs` numbers an item (classes or target columns).
            ///
            /// `seed` is for [`kiln_core::Purpose::Init`]; the weights are a function of it, the same on every device.
            ///
            /// # Errors
            /// As [`ModelConfig::summary`].
            pub fn init(
                &self,
                input: impl Into<ModelInput>,
                outputs: usize,
                device: &Device,
                seed: Seed,
            ) -> Result<Network, ModelError> {
                let input = input.into();
                Ok(match self {
                    $($(
                        Self::$model(settings) => Network::$model(settings.init(input, outputs, device, seed)?),
                    )+)+
                })
            }
        }

        impl Network {
            /// The model inside, to change it.
            pub(crate) fn as_model_mut(&mut self) -> &mut dyn Forward {
                match self {
                    $($(Self::$model(model) => model,)+)+
                }
            }

            /// The model inside.
            pub(crate) fn as_model(&self) -> &dyn Forward {
                match self {
                    $($(Self::$model(model) => model,)+)+
                }
            }
        }
    };
}

models! {
    linear { "linear" => Linear(LinearConfig) }
    mlp { "mlp" => Mlp(MlpConfig) }
    tabm { "tabm" => Tabm(TabmConfig) }
    cnn { "cnn" => Cnn(CnnConfig) }
    resnet { "resnet" => Resnet(ResnetConfig) }
    layers { "sequential" => Sequential(SequentialConfig) }
    resnets {
        "resnet18" => Resnet18(Resnet18Config),
        "resnet34" => Resnet34(Resnet34Config),
        "resnet50" => Resnet50(Resnet50Config),
    }
    mobilenets {
        "mobilenet-v3-small" => MobilenetV3Small(MobilenetV3SmallConfig),
        "mobilenet-v3-large" => MobilenetV3Large(MobilenetV3LargeConfig),
    }
    efficientnet { "efficientnet-b0" => EfficientnetB0(EfficientnetB0Config) }
    convnext { "convnext-tiny" => ConvnextTiny(ConvnextTinyConfig) }
    vits { "vit-tiny" => VitTiny(VitTinyConfig), "vit-small" => VitSmall(VitSmallConfig) }
    bag { "bag" => Bag(BagConfig) }
    text_cnn { "text-cnn" => TextCnn(TextCnnConfig) }
    transformer { "transformer" => Transformer(TransformerConfig) }
    gpt { "gpt" => Gpt(GptConfig) }
    inception_time { "inception-time" => InceptionTime(InceptionTimeConfig) }
    tcn { "tcn" => Tcn(TcnConfig) }
    recurrents { "lstm" => Lstm(LstmConfig), "gru" => Gru(GruConfig) }
    table_resnet { "table-resnet" => TableResnet(TableResnetConfig) }
    ft_transformer { "ft-transformer" => FtTransformer(FtTransformerConfig) }
}
