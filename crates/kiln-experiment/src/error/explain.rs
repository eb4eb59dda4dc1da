//! What keeps a prediction from being explained.

use kiln_core::{ErrorKind, Explain};

/// What keeps a prediction from being explained.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExplainError {
    /// There is no such method.
    #[error("there is no method {name:?}")]
    Method {
        /// What was asked for.
        name: String,
        /// The method that was probably meant.
        nearest: Option<String>,
    },
    /// The part has no such items.
    #[error("the {part} part has {items} items: there is none at {first}")]
    Items {
        /// The part.
        part: &'static str,
        /// How many items it has.
        items: usize,
        /// The first place that was asked for.
        first: usize,
    },
    /// There is no such class, label or column.
    #[error("nothing that is predicted is called {name:?}")]
    Target {
        /// What was asked for.
        name: String,
        /// What is predicted.
        known: Vec<String>,
    },
    /// The method is for images.
    #[error("{method} is for images, and the inputs of this run are none")]
    NotImages {
        /// The method.
        method: &'static str,
    },
    /// The model of token sequences has no vectors of tokens that could be explained.
    #[error("the model shows no vectors of its tokens")]
    NoVectors,
    /// The model has no feature maps, or none of this name.
    #[error("{}", no_maps(layer.as_deref()))]
    NoMaps {
        /// The layer that was asked for.
        layer: Option<String>,
        /// The layers that have feature maps.
        known: Vec<String>,
    },
    /// The model has no attention over patches of the image.
    #[error("the model has no attention whose tokens are patches of the image")]
    NoAttention,
}

fn no_maps(layer: Option<&str>) -> String {
    match layer {
        Some(layer) => format!("no layer called {layer:?} gives feature maps"),
        None => "no layer of the model gives feature maps of more than one place".to_owned(),
    }
}

impl Explain for ExplainError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Usage
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Method { nearest: Some(name), .. } => format!("did you mean {name:?}?"),
            Self::Method { .. } => "`kiln explain --help` lists the methods".to_owned(),
            Self::Items { items: 0, .. } => "take another part with --part".to_owned(),
            Self::Items { items, .. } => format!("take places from 0 to {}", items - 1),
            Self::Target { known, .. } => format!("take one of: {}", known.join(", ")),
            Self::NoMaps { known, .. } if !known.is_empty() => format!("layers with maps: {}", known.join(", ")),
            Self::NotImages { .. } | Self::NoMaps { .. } | Self::NoAttention => {
                "take a method for any model: integrated-gradients, input-x-gradient, gradient, smooth-grad, occlusion".to_owned()
            }
            Self::NoVectors => "explain a run on a table, on images or on texts with classes".to_owned(),
        })
    }
}
