//! From the list of forms to the enums that carry them.

/// Makes the enums `Features`, `Encoder`, `InputShape` and `Inputs` of the forms in the list, with one variant for each
/// form, and their methods, which ask the form. A line is the name in stored files, the variant, the implementation
/// of [`Form`](super::Form), and its types: features, encoder, shape, batch.
macro_rules! forms {
    ($($(#[$doc:meta])* $name:literal => $Form:ident($form:ty): $features:ty, $encoder:ty, $shape:ty, $batch:ty;)+) => {
        /// The inputs of a data set, as they were read.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum Features {
            $($(#[$doc])* $Form($features),)+
        }

        /// The inputs of a batch, preprocessed. A model asks for the form that it reads: [`Inputs::into_images`].
        #[derive(Debug, Clone)]
        #[non_exhaustive]
        pub enum Inputs {
            $($(#[$doc])* $Form($batch),)+
        }

        /// The shape of one item of [`Inputs`].
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[non_exhaustive]
        pub enum InputShape {
            $($(#[$doc])* #[serde(rename = $name)] $Form($shape),)+
        }

        /// What is learned from the inputs of the training part.
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        pub(crate) enum Encoder {
            $(#[serde(rename = $name)] $Form($encoder),)+
        }

        impl Features {
            /// What messages call the form: `a table`.
            pub fn noun(&self) -> &'static str {
                match self { $(Self::$Form(_) => <$form as $crate::form::Form>::NOUN,)+ }
            }

            /// The number of items.
            ///
            /// # Errors
            /// [`Inconsistency`](crate::Inconsistency) when there is nothing in them, or their parts differ in length.
            pub fn rows(&self) -> Result<usize, $crate::Inconsistency> {
                match self { $(Self::$Form(features) => <$form as $crate::form::Form>::rows(features),)+ }
            }

            /// Whether every single row is sound.
            pub(crate) fn check(&self) -> Result<(), $crate::Inconsistency> {
                match self { $(Self::$Form(features) => <$form as $crate::form::Form>::check(features),)+ }
            }

            /// What they hold, as a summary, a table and JSON.
            pub fn describe(&self) -> $crate::Description {
                match self { $(Self::$Form(features) => <$form as $crate::form::Form>::describe(features),)+ }
            }

            pub(crate) fn fingerprint(&self, hash: &mut $crate::hash::Hash) {
                match self {
                    $(Self::$Form(features) => {
                        hash.text($name);
                        <$form as $crate::form::Form>::fingerprint(features, hash);
                    })+
                }
            }

            /// Learns from the training part, whose features these are.
            pub(crate) fn fit(
                &self,
                train: &$crate::preprocess::TrainTargets<'_>,
                preprocess: &$crate::Preprocess,
            ) -> Result<Encoder, $crate::DataError> {
                Ok(match self {
                    $(Self::$Form(features) => {
                        Encoder::$Form(<$form as $crate::form::Form>::fit(features, train, preprocess)?)
                    })+
                })
            }
        }

        impl Encoder {
            /// What messages call the form that it is for: `a table`.
            pub(crate) fn noun(&self) -> &'static str {
                match self { $(Self::$Form(_) => <$form as $crate::form::Form>::NOUN,)+ }
            }

            /// What messages call it: `the columns`.
            pub(crate) fn what(&self) -> &'static str {
                match self { $(Self::$Form(_) => <$form as $crate::form::Form>::FITTED,)+ }
            }

            pub(crate) fn is_sound(&self) -> bool {
                match self { $(Self::$Form(encoder) => <$form as $crate::form::Form>::is_sound(encoder),)+ }
            }

            pub(crate) fn shape(&self) -> InputShape {
                match self {
                    $(Self::$Form(encoder) => InputShape::$Form(<$form as $crate::form::Form>::shape(encoder)),)+
                }
            }

            pub(crate) fn folds(
                &self,
                train: &$crate::preprocess::TrainTargets<'_>,
            ) -> Result<Option<$crate::preprocess::InnerFolds>, $crate::DataError> {
                match self { $(Self::$Form(encoder) => <$form as $crate::form::Form>::folds(encoder, train),)+ }
            }

            /// The batch of these rows, which are there; an error for features of another form.
            pub(crate) fn batch(
                &self,
                features: &Features,
                rows: &[usize],
                folds: Option<&$crate::preprocess::InnerFolds>,
                device: &burn::tensor::Device,
            ) -> Result<Inputs, $crate::DataError> {
                match (self, features) {
                    $((Self::$Form(encoder), Features::$Form(features)) => {
                        let batch = <$form as $crate::form::Form>::batch(encoder, features, rows, folds, device);
                        batch.map(Inputs::$Form)
                    })+
                    (encoder, features) => Err(encoder.mismatch(features).into()),
                }
            }

            /// The numbers of such a batch on the host.
            pub(crate) fn numbers(
                &self,
                features: &Features,
                rows: &[usize],
                folds: Option<&$crate::preprocess::InnerFolds>,
            ) -> Result<Vec<f32>, $crate::DataError> {
                match (self, features) {
                    $((Self::$Form(encoder), Features::$Form(features)) => {
                        <$form as $crate::form::Form>::numbers(encoder, features, rows, folds)
                    })+
                    (encoder, features) => Err(encoder.mismatch(features).into()),
                }
            }

            fn mismatch(&self, features: &Features) -> $crate::Mismatch {
                $crate::Mismatch::Inputs { expected: self.noun(), found: features.noun() }
            }
        }

        impl InputShape {
            /// The name of the form: `table`.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$Form(_) => $name,)+ }
            }

            /// What messages call the form: `a table`.
            pub fn noun(&self) -> &'static str {
                match self { $(Self::$Form(_) => <$form as $crate::form::Form>::NOUN,)+ }
            }

            /// What items are, in words: `a table with 4 features`.
            pub fn words(&self) -> String {
                match self { $(Self::$Form(shape) => <$form as $crate::form::Form>::words(shape),)+ }
            }

            /// The sizes of an item, outermost first: `[features]`, `[channels, height, width]`.
            pub fn dims(&self) -> Vec<usize> {
                match self { $(Self::$Form(shape) => <$form as $crate::form::Form>::dims(shape),)+ }
            }

            /// Whether an item is a fixed number of numbers, which can be flattened, mixed and differentiated by.
            pub fn is_numeric(&self) -> bool {
                match self { $(Self::$Form(_) => <$form as $crate::form::Form>::NUMERIC,)+ }
            }

            /// Inputs of this shape from numbers on the host, row-major, item after item.
            ///
            /// # Errors
            /// [`DataError::NotNumeric`](crate::DataError::NotNumeric) when an item is something else than numbers.
            ///
            /// # Panics
            /// As Burn does, when the numbers are not those of whole items.
            pub fn batch(
                &self,
                numbers: Vec<f32>,
                device: &burn::tensor::Device,
            ) -> Result<Inputs, $crate::DataError> {
                let batch = match self {
                    $(Self::$Form(shape) => {
                        <$form as $crate::form::Form>::of_numbers(shape, numbers, device).map(Inputs::$Form)
                    })+
                };
                batch.ok_or($crate::DataError::NotNumeric { found: self.noun() })
            }
        }

        impl Inputs {
            /// Number of items.
            pub fn len(&self) -> usize {
                match self { $(Self::$Form(batch) => <$form as $crate::form::Form>::len(batch),)+ }
            }

            /// One row an item, `[N, sizes of an item]`, f32: images are flattened, token ids become numbers.
            pub fn flat(self) -> burn::tensor::Tensor<2> {
                match self { $(Self::$Form(batch) => <$form as $crate::form::Form>::flat(batch),)+ }
            }

            /// Rows of numbers, as [`Inputs::flat`] gives them, as inputs like these. `None` where an item is something
            /// else than numbers.
            #[must_use]
            pub fn unflat(&self, rows: burn::tensor::Tensor<2>) -> Option<Self> {
                match self {
                    $(Self::$Form(batch) => {
                        <$form as $crate::form::Form>::unflat(batch, rows).map(Self::$Form)
                    })+
                }
            }
        }
    };
}

pub(super) use forms;
