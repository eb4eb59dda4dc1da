//! Who set a value, and where.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A text that settings were read from: a file, a recipe, or one argument.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// What it is called in messages.
    pub name: String,
    /// The text.
    pub text: String,
}

impl Source {
    /// The line of a byte, from 1.
    pub fn line(&self, byte: usize) -> usize {
        let upto = self.text.as_bytes().get(..byte).unwrap_or(self.text.as_bytes());
        1 + upto.iter().filter(|b| **b == b'\n').count()
    }
}

/// A part of a source, to be shown under a message.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snippet {
    /// The whole text.
    pub source: Arc<Source>,
    /// The bytes of the part.
    pub span: Range<usize>,
}

impl Snippet {
    /// The line on which the part begins, from 1.
    pub fn line(&self) -> usize {
        self.source.line(self.span.start)
    }
}

/// Who set a value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Setter {
    /// kiln itself.
    Default,
    /// kiln itself, for data of this size: `96 training items`.
    Data(String),
    /// kiln itself: what it found in the start weights.
    Weights,
    /// The run that the training starts from.
    Run,
    /// kiln itself, for `device = "auto"`: a probe of the devices.
    Probe,
    /// A file.
    File,
    /// A recipe that is part of the program.
    Recipe,
    /// The environment variable of this name.
    Environment(String),
    /// A `key=value` argument.
    Argument,
    /// This flag.
    Flag(&'static str),
}

/// Who set a value, and the places of its key and of the value where they can be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Origin {
    /// Who set the value.
    pub setter: Setter,
    /// The text it was read from, where there is one.
    pub source: Option<Arc<Source>>,
    /// The bytes of the key in that text.
    pub key: Range<usize>,
    /// The bytes of the value.
    pub value: Range<usize>,
}

impl Origin {
    /// An origin that has no text to show.
    pub fn plain(setter: Setter) -> Self {
        Self { setter, source: None, key: 0..0, value: 0..0 }
    }

    /// The key, as it was written.
    pub fn key_snippet(&self) -> Option<Snippet> {
        self.snippet(&self.key)
    }

    /// The value, as it was written.
    pub fn value_snippet(&self) -> Option<Snippet> {
        self.snippet(&self.value)
    }

    fn snippet(&self, span: &Range<usize>) -> Option<Snippet> {
        self.source.clone().map(|source| Snippet { source, span: span.clone() })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.setter, &self.source) {
            (Setter::Default, _) => write!(f, "default"),
            (Setter::Data(size), _) => write!(f, "default for {size}"),
            (Setter::Weights, _) => write!(f, "the start weights"),
            (Setter::Run, _) => write!(f, "the run it starts from"),
            (Setter::Probe, _) => write!(f, "chosen for auto"),
            (Setter::File, Some(source)) => write!(f, "file {}:{}", source.name, source.line(self.key.start)),
            (Setter::File, None) => write!(f, "file"),
            (Setter::Recipe, Some(source)) => write!(f, "{}", source.name),
            (Setter::Recipe, None) => write!(f, "recipe"),
            (Setter::Environment(name), _) => write!(f, "{name}"),
            (Setter::Argument, _) => write!(f, "argument"),
            (Setter::Flag(flag), _) => write!(f, "{flag}"),
        }
    }
}
