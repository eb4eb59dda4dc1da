//! The sizes of a convolution.

/// A 2-D convolution: input `[n, c, h, w]`, weight `[k, c / groups, r, s]`, output `[n, k, ho, wo]`.
///
/// `y[n, k, i, j] = Σ_{c, r, s} x[n, c, i·stride₀ − padding₀ + r·dilation₀, j·stride₁ − padding₁ + s·dilation₁] · w[k, c, r, s]`,
/// where `x` is zero outside of the image and `c` runs over the channels of `k`'s group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConvShape {
    /// Images.
    pub n: usize,
    /// Channels of the input.
    pub c: usize,
    /// Height of the input.
    pub h: usize,
    /// Width of the input.
    pub w: usize,
    /// Channels of the output.
    pub k: usize,
    /// Height of the kernel.
    pub r: usize,
    /// Width of the kernel.
    pub s: usize,
    /// Distance of the windows, down and across.
    pub stride: [usize; 2],
    /// Zeros above and below, left and right.
    pub padding: [usize; 2],
    /// Distance of the kernel's elements, down and across.
    pub dilation: [usize; 2],
    /// Groups that channels are divided into; those of a group see only each other.
    pub groups: usize,
}

impl ConvShape {
    /// Height of the output.
    pub fn ho(&self) -> usize {
        out_len(self.h, self.r, self.stride[0], self.padding[0], self.dilation[0])
    }

    /// Width of the output.
    pub fn wo(&self) -> usize {
        out_len(self.w, self.s, self.stride[1], self.padding[1], self.dilation[1])
    }

    /// Elements of the input.
    pub fn x_len(&self) -> usize {
        self.n * self.c * self.h * self.w
    }

    /// Elements of the weight.
    pub fn weight_len(&self) -> usize {
        self.k * (self.c / self.groups) * self.r * self.s
    }

    /// Elements of the output.
    pub fn y_len(&self) -> usize {
        self.n * self.k * self.ho() * self.wo()
    }

    /// Multiplications and additions of one pass.
    pub fn flops(&self) -> usize {
        2 * self.y_len() * (self.c / self.groups) * self.r * self.s
    }

    /// # Panics
    /// If the sizes make no convolution.
    pub(super) fn check(&self) {
        assert!(self.groups > 0, "convolution: no groups");
        assert!(self.c.is_multiple_of(self.groups), "convolution: groups do not divide the input's channels");
        assert!(
            self.k.is_multiple_of(self.groups),
            "convolution: groups do not divide the output's channels"
        );
        assert!(self.c > 0 && self.k > 0, "convolution: no channels");
        assert!(self.r > 0 && self.s > 0, "convolution: empty kernel");
        assert!(
            self.stride.iter().chain(&self.dilation).all(|&step| step > 0),
            "convolution: stride or dilation 0"
        );
        // Sizes that overflow would slip through the checks of lengths.
        let product =
            |sizes: &[usize]| sizes.iter().fold(1u128, |product, &size| product.saturating_mul(size as u128));
        let padded = [0, 1].map(|i| {
            let (len, kernel) = ([self.h, self.w][i] as u128, [self.r, self.s][i] as u128);
            len + 2 * self.padding[i] as u128 + kernel * self.dilation[i] as u128
        });
        let image = padded[0].saturating_mul(padded[1]).saturating_mul(self.c.max(self.k) as u128);
        let most =
            image.saturating_mul(self.n.max(1) as u128).max(product(&[self.c, self.k, self.r, self.s]));
        assert!(most < isize::MAX as u128 / 4, "convolution: sizes overflow");
        assert!(
            self.h + 2 * self.padding[0] > (self.r - 1) * self.dilation[0]
                && self.w + 2 * self.padding[1] > (self.s - 1) * self.dilation[1],
            "convolution: kernel larger than the padded input"
        );
    }
}

/// How often a window fits: 0 if it does not.
pub(crate) fn out_len(len: usize, kernel: usize, stride: usize, padding: usize, dilation: usize) -> usize {
    (len + 2 * padding).checked_sub((kernel - 1) * dilation + 1).map_or(0, |room| room / stride + 1)
}
