//! The square filters of a convolution, as numbers.

/// The square filters of a convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Filters {
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    /// Their side.
    pub(crate) kernel: usize,
    pub(crate) stride: usize,
    /// Pixels of 0 on each side of the image.
    pub(crate) padding: usize,
    pub(crate) groups: usize,
    pub(crate) bias: bool,
}

impl Filters {
    /// With stride 1 and no bias, padded so that the size stays: `kernel` is odd.
    pub(crate) fn new(inputs: usize, outputs: usize, kernel: usize) -> Self {
        Self { inputs, outputs, kernel, stride: 1, padding: kernel / 2, groups: 1, bias: false }
    }

    /// One for each channel.
    pub(crate) fn depthwise(channels: usize, kernel: usize) -> Self {
        Self { groups: channels, ..Self::new(channels, channels, kernel) }
    }

    /// Side by side: they see each pixel once. With a bias.
    pub(crate) fn patches(inputs: usize, outputs: usize, side: usize) -> Self {
        Self { stride: side, padding: 0, bias: true, ..Self::new(inputs, outputs, side) }
    }

    pub(crate) fn stride(self, stride: usize) -> Self {
        Self { stride, ..self }
    }

    pub(crate) fn with_bias(self) -> Self {
        Self { bias: true, ..self }
    }

    /// Height or width behind them.
    pub(crate) fn side(&self, side: usize) -> usize {
        side.saturating_add(2 * self.padding).saturating_sub(self.kernel) / self.stride + 1
    }

    /// Numbers in one filter: the inputs of one output.
    pub(crate) fn fan_in(&self) -> usize {
        self.inputs / self.groups * self.kernel * self.kernel
    }

    /// For the summary of a model: `conv 3x3 stride 2`.
    pub(crate) fn describe(&self) -> String {
        let groups = match self.groups {
            1 => String::new(),
            groups if groups == self.inputs => "depthwise ".to_owned(),
            groups => format!("grouped ({groups}) "),
        };
        let stride = if self.stride > 1 { format!(" stride {}", self.stride) } else { String::new() };
        format!("{groups}conv {0}x{0}{stride}", self.kernel)
    }
}
