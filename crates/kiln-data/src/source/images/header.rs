//! What is known of an image before its pixels are read.

/// What the header of an image says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    /// `[width, height]`, upright.
    pub(crate) size: [u32; 2],
    /// Whether it has colours, rather than shades of grey.
    pub(crate) colour: bool,
}
