//! Linear models, MLP, CNN and ResNet, each from a checked configuration.

mod config;

pub use config::{Activation, CnnConfig, Head, LinearConfig, MlpConfig, ModelConfig, Norm, ResnetConfig};
