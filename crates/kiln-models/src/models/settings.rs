//! The settings of networks that others have published: their layers are given, so that only probabilities are left to choose.

/// A type of settings of one kind of model. Its fields are probabilities, each with its default; what it is made of is an expression
/// of them with the functions `plan` and `build`.
macro_rules! published_settings {
    (
        $(#[$about:meta])*
        $config:ident($kind:literal) for $model:ident {
            $($(#[$described:meta])* $field:ident: $default:literal,)+
        }
        |$settings:ident| $architecture:expr
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        #[schemars(example = $config::default())]
        #[non_exhaustive]
        pub struct $config {
            $(
                $(#[$described])*
                #[schemars(transform = Range::BELOW_ONE.bounds())]
                pub $field: f64,
            )+
        }

        impl Default for $config {
            fn default() -> Self {
                Self { $($field: $default,)+ }
            }
        }

        impl $config {
            $(
                /// These settings with another probability.
                #[must_use]
                pub fn $field(self, $field: f64) -> Self {
                    Self { $field, ..self }
                }
            )+

            /// Checks the configuration against the shape of the data and says what the model would be.
            ///
            /// # Errors
            /// [`ModelError`] for a setting out of its range, data that is not images of a size that the network takes, or more than
            /// 2³¹ parameters.
            pub fn summary(&self, input: impl Into<ModelInput>, outputs: usize) -> Result<Summary, ModelError> {
                self.plan(&input.into(), outputs)
            }

            fn plan(&self, input: &ModelInput, outputs: usize) -> Result<Summary, ModelError> {
                $(Range::BELOW_ONE.check(concat!("model.", stringify!($field)), self.$field)?;)+
                let $settings = self;
                ($architecture).plan($kind, input, outputs)
            }

            /// Makes the model; `seed` is for [`kiln_core::Purpose::Init`].
            ///
            /// # Errors
            /// As for its summary.
            pub fn init(
                &self,
                input: impl Into<ModelInput>,
                outputs: usize,
                device: &Device,
                seed: Seed,
            ) -> Result<$model, ModelError> {
                let input = input.into();
                self.plan(&input, outputs)?;
                let $settings = self;
                let [channels, height, width] = crate::plan::image(&input.shape, $kind)?;
                Ok(($architecture).build([channels, height, width], outputs, &mut Init::new(device, seed)))
            }
        }

        impl ModelKind for $config {
            fn summary(&self, input: &ModelInput, outputs: usize) -> Result<Summary, ModelError> {
                self.plan(input, outputs)
            }

            fn is_random(&self) -> bool {
                [$(self.$field),+].into_iter().any(|probability| probability > 0.0)
            }
        }
    };
}

pub(crate) use published_settings;
