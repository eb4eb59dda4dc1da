//! Why a layer cannot be where it is.

use std::fmt;

/// Why a layer of `[[model.layers]]` cannot be where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LayerProblem {
    /// It reads feature maps and gets something else.
    NeedsMap,
    /// It reads tokens and gets something else.
    NeedsTokens,
    /// It reads features or maps and gets tokens.
    NotForTokens,
    /// It reads features or tokens and gets a map.
    NotForMaps,
    /// There is nothing to make one vector of.
    AlreadyFlat,
    /// Its window is larger than the map with its padding.
    TooLarge {
        /// Side of the window.
        size: usize,
        /// Pixels that are added on each side.
        padding: usize,
    },
    /// Padding as large as the window: what it sees there is padding alone.
    TooMuchPadding {
        /// Side of the window.
        size: usize,
        /// Pixels that are added on each side.
        padding: usize,
        /// The most that makes sense.
        most: usize,
    },
    /// Filters with an even side, and no word about the padding.
    EvenKernel {
        /// Side of the filters.
        kernel: usize,
    },
    /// Channels that cannot be cut into so many groups.
    Groups {
        /// The number of groups.
        groups: usize,
        /// The number of channels.
        channels: usize,
        /// Whose channels they are: `input channels`.
        of: &'static str,
    },
    /// A norm of one number, which is always 0.
    OneNumber,
    /// Features that cannot be cut into so many heads.
    Heads {
        /// The number of heads.
        heads: usize,
        /// The features of a token.
        width: usize,
    },
    /// A map that cannot be cut into patches.
    Patches {
        /// Side of the patches.
        size: usize,
    },
    /// A branch that ends in another shape than the shortcut.
    Shapes {
        /// What the branch gives.
        branch: String,
        /// What the shortcut gives.
        shortcut: String,
        /// Whether the shortcut has layers of its own.
        own: bool,
    },
    /// No projection makes the input what the branch gives.
    NoProjection {
        /// What the branch gives.
        branch: String,
    },
    /// A projection, and a shortcut of layers.
    TwoShortcuts,
    /// A branch without layers.
    NoLayers,
    /// Lists in lists, without end.
    TooDeep {
        /// How deep they may be.
        most: usize,
    },
    /// The last layer leaves something that the output layer does not read.
    NotFeatures {
        /// What the last layer gives.
        output: String,
    },
    /// A linear layer with as many outputs as there are, right before the output layer.
    OutputTwice {
        /// The number of outputs.
        outputs: usize,
    },
}

impl fmt::Display for LayerProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NeedsMap => write!(f, "reads feature maps"),
            Self::NeedsTokens => write!(f, "reads tokens"),
            Self::NotForTokens => write!(f, "does not read tokens"),
            Self::NotForMaps => write!(f, "does not read feature maps"),
            Self::AlreadyFlat => write!(f, "has nothing to flatten"),
            Self::TooLarge { size, padding: 0 } => {
                write!(f, "has windows of {size}x{size}, which the map is too small for")
            }
            Self::TooLarge { size, padding } => {
                write!(
                    f,
                    "has windows of {size}x{size}, which the map is too small for, even with a padding of {padding}"
                )
            }
            Self::TooMuchPadding { size, padding, most } => {
                write!(
                    f,
                    "has a padding of {padding}, which must be at most {most} for windows of {size}x{size}"
                )
            }
            Self::EvenKernel { kernel } => {
                write!(f, "has filters of {kernel}x{kernel}, which no padding keeps the size with")
            }
            Self::Groups { groups, channels, of } => {
                write!(f, "has {groups} groups, which {channels} {of} cannot be cut into")
            }
            Self::OneNumber => write!(f, "takes the mean of single numbers from themselves, which leaves 0"),
            Self::Heads { heads, width } => {
                write!(f, "has {heads} heads, which {width} features cannot be cut into")
            }
            Self::Patches { size } => {
                write!(f, "has patches of {size}x{size}, which the map cannot be cut into")
            }
            Self::Shapes { branch, shortcut, .. } => {
                write!(f, "adds {shortcut} of its shortcut to {branch} of its layers")
            }
            Self::NoProjection { branch } => {
                write!(f, "has layers that give {branch}, which no projection of its input gives")
            }
            Self::TwoShortcuts => write!(f, "has a projection and a shortcut"),
            Self::NoLayers => write!(f, "has no layers"),
            Self::TooDeep { most } => write!(f, "is in lists that are more than {most} deep"),
            Self::NotFeatures { output } => {
                write!(f, "is the last and gives {output}, but the output layer reads features")
            }
            Self::OutputTwice { outputs } => write!(
                f,
                "is a second output layer: {outputs} outputs, and nothing between it and the one that every network has"
            ),
        }
    }
}

impl LayerProblem {
    /// What can be done.
    pub(crate) fn help(&self) -> String {
        match self {
            Self::NeedsMap => "move it before the layer that flattens the map (flatten, global-avg-pool, patches); \
                               of a table use linear layers"
                .to_owned(),
            Self::NeedsTokens => "put a layer before it that makes tokens of a map: kind = \"patches\"".to_owned(),
            Self::NotForTokens => {
                "use kind = \"layer-norm\", or put kind = \"global-avg-pool\" before it".to_owned()
            }
            Self::NotForMaps => {
                "put kind = \"flatten\" or \"global-avg-pool\" before it; among convolutions use conv, batch-norm or group-norm"
                    .to_owned()
            }
            Self::AlreadyFlat => "leave it out".to_owned(),
            Self::TooLarge { .. } => "use smaller windows, more padding, or fewer layers that halve the map".to_owned(),
            Self::TooMuchPadding { most, .. } => format!("use padding = {most} or less"),
            Self::EvenKernel { kernel } => {
                format!("set padding, such as 0, or use kernel = {}", kernel.saturating_add(1))
            }
            Self::Groups { channels, .. } => format!("use a divisor of {channels}"),
            Self::OneNumber => "use fewer groups, or kind = \"batch-norm\"".to_owned(),
            Self::Heads { width, .. } => format!("use a divisor of {width}"),
            Self::Patches { .. } => "use a divisor of its height and width, or set data.size".to_owned(),
            Self::Shapes { own: false, .. } => "set projection = true, or make the layers keep the shape".to_owned(),
            Self::Shapes { .. } => "make both end in the same shape".to_owned(),
            Self::NoProjection { .. } => {
                "give the shortcut layers of its own, such as shortcut = [{ kind = \"avg-pool\", size = 2 }]".to_owned()
            }
            Self::TwoShortcuts => "keep one of them".to_owned(),
            Self::NoLayers => {
                "list some, such as layers = [{ kind = \"linear\", width = 64 }, { kind = \"activation\" }]".to_owned()
            }
            Self::TooDeep { .. } => "write fewer residual blocks inside each other".to_owned(),
            Self::NotFeatures { .. } => "end with kind = \"flatten\", \"global-avg-pool\" or \"global-max-pool\"".to_owned(),
            Self::OutputTwice { .. } => {
                "leave it out: the output layer is added by itself; or put an activation behind it".to_owned()
            }
        }
    }
}
