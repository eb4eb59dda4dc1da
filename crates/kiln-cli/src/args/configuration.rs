//! A configuration with changes.

use clap::Args;

/// A configuration with changes: what most commands start from.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ConfigArguments {
    /// A TOML file, the name of a recipe, or a file or folder of data.
    #[arg(value_name = "CONFIG|RECIPE|DATA")]
    pub(crate) config: Option<String>,
    /// Changes to the configuration, such as train.epochs=5.
    #[arg(value_name = "KEY=VALUE")]
    pub(crate) overrides: Vec<String>,
}
