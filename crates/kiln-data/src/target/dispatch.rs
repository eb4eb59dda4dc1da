//! From the list of kinds of target to the enums that carry them.

/// Makes the enums `Target` and `TargetEncoder` of the kinds in the list, with one variant for each kind, and their
/// methods, which ask the kind. A line is the name in stored files, the variant, the borrowed view of its fields that
/// implements [`TargetKind`](super::TargetKind), its encoder, and the fields.
macro_rules! targets {
    ($($(#[$doc:meta])* $name:literal => $Kind:ident($View:ident, $encoder:ty) {
        $($(#[$about:meta])* $field:ident: $type:ty,)+
    };)+) => {
        /// What the model predicts, one row an item.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum Target {
            $($(#[$doc])* $Kind {
                $($(#[$about])* $field: $type,)+
            },)+
        }

        /// What is learned from the targets of the training part.
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        pub(crate) enum TargetEncoder {
            $(#[serde(rename = $name)] $Kind($encoder),)+
        }

        impl Target {
            /// What messages call the kind: `classes`.
            pub fn noun(&self) -> &'static str {
                match self { $(Self::$Kind { .. } => <$View<'_> as $crate::target::TargetKind<'_>>::NOUN,)+ }
            }

            /// The number of items.
            ///
            /// # Errors
            /// [`Inconsistency`](crate::Inconsistency) when the parts do not fit together.
            pub fn rows(&self) -> Result<usize, $crate::Inconsistency> {
                match self { $(Self::$Kind { $($field),+ } => $View { $($field),+ }.rows(),)+ }
            }

            /// Whether every item is one that can be predicted.
            pub(crate) fn check(&self) -> Result<(), $crate::Inconsistency> {
                match self { $(Self::$Kind { $($field),+ } => $View { $($field),+ }.check(),)+ }
            }

            /// The names of what is predicted: of the classes, or of the target columns.
            pub fn names(&self) -> &[String] {
                match self { $(Self::$Kind { $($field),+ } => $View { $($field),+ }.names(),)+ }
            }

            /// The class of each item, where every item has one.
            pub fn labels(&self) -> Option<&[u32]> {
                match self { $(Self::$Kind { $($field),+ } => $View { $($field),+ }.labels(),)+ }
            }

            /// What it holds, as a summary, a table and JSON.
            pub fn describe(&self) -> $crate::Description {
                match self { $(Self::$Kind { $($field),+ } => $View { $($field),+ }.describe(),)+ }
            }

            pub(crate) fn fingerprint(&self, hash: &mut $crate::hash::Hash) {
                match self {
                    $(Self::$Kind { $($field),+ } => {
                        hash.text($name);
                        $View { $($field),+ }.fingerprint(hash);
                    })+
                }
            }

            pub(crate) fn digest(&self, row: usize, hash: &mut $crate::hash::Hash) {
                match self { $(Self::$Kind { $($field),+ } => $View { $($field),+ }.digest(row, hash),)+ }
            }

            pub(crate) fn columns(&self, rows: &[usize]) -> (Vec<String>, $crate::preprocess::Matrix) {
                match self { $(Self::$Kind { $($field),+ } => $View { $($field),+ }.columns(rows),)+ }
            }

            /// Learns from `rows`, of which one counts at least.
            pub(crate) fn fit(
                &self,
                rows: $crate::preprocess::FitRows<'_>,
                preprocess: &$crate::Preprocess,
            ) -> Result<TargetEncoder, $crate::DataError> {
                Ok(match self {
                    $(Self::$Kind { $($field),+ } => {
                        TargetEncoder::$Kind($View { $($field),+ }.fit(rows, preprocess)?)
                    })+
                })
            }
        }

        impl TargetEncoder {
            /// The targets of `rows`, which are there; an error for a target of another kind.
            pub(crate) fn encode(
                &self,
                target: &Target,
                rows: &[usize],
            ) -> Result<TargetNumbers, $crate::DataError> {
                match (self, target) {
                    $((Self::$Kind(encoder), Target::$Kind { $($field),+ }) => {
                        $View { $($field),+ }.encode(encoder, rows)
                    })+
                    (encoder, target) => {
                        let (expected, found) = (encoder.noun(), target.noun());
                        Err($crate::Mismatch::Target { expected, found }.into())
                    }
                }
            }

            fn noun(&self) -> &'static str {
                match self { $(Self::$Kind(_) => <$View<'_> as $crate::target::TargetKind<'_>>::NOUN,)+ }
            }

            pub(crate) fn names(&self) -> &[String] {
                match self { $(Self::$Kind(encoder) => encoder.names(),)+ }
            }

            pub(crate) fn unscale(&self, outputs: &[f32]) -> Vec<f64> {
                match self { $(Self::$Kind(encoder) => encoder.unscale(outputs),)+ }
            }

            pub(crate) fn shorten(&self, values: &mut [f64]) {
                match self { $(Self::$Kind(encoder) => encoder.shorten(values),)+ }
            }

            pub(crate) fn is_sound(&self) -> bool {
                match self { $(Self::$Kind(encoder) => encoder.is_sound(),)+ }
            }
        }
    };
}

pub(super) use targets;
