//! Which part of an image goes where: what torchvision and Pillow compute before they resize.

use super::settings::Resize;

/// A part of an image, and where in the result it goes. Sizes and corners are `[width, height]` and `[left, top]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Placement {
    /// The corner of the part, in pixels of the image.
    pub(super) corner: [f64; 2],
    /// The size of the part, in pixels of the image.
    pub(super) part: [f64; 2],
    /// The size that it becomes.
    pub(super) size: [usize; 2],
    /// Where in the result it goes; around it the result is black.
    pub(super) at: [usize; 2],
}

impl Placement {
    /// Of an image of `image` in a result of `size`, both without an empty side.
    pub(super) fn of(image: [usize; 2], size: [usize; 2], resize: Resize) -> Self {
        let whole = image.map(|side| side as f64);
        let all = Self { corner: [0.0; 2], part: whole, size, at: [0; 2] };
        match resize {
            Resize::Stretch => all,
            Resize::ShorterCrop => {
                let covering = covering(image, size);
                let scale = [whole[0] / covering[0] as f64, whole[1] / covering[1] as f64];
                // Python's rounding: halves to even.
                let left_out = |axis: usize| ((covering[axis] - size[axis]) as f64 / 2.0).round_ties_even();
                let corner = [left_out(0) * scale[0], left_out(1) * scale[1]];
                // Not a hair beyond the image, whatever the roundings.
                let part = |axis: usize| (size[axis] as f64 * scale[axis]).min(whole[axis] - corner[axis]);
                Self { corner, part: [part(0), part(1)], ..all }
            }
            Resize::Letterbox => {
                let inside = inside(image, size);
                let at = |axis: usize| ((size[axis] - inside[axis]) as f64 * 0.5).round_ties_even() as usize;
                Self { size: inside, at: [at(0), at(1)], ..all }
            }
        }
    }

    /// Whether every pixel of an image of `image` stays what and where it is.
    pub(super) fn is_identity(&self, image: [usize; 2]) -> bool {
        self.corner == [0.0; 2]
            && self.size == image
            && self.part == image.map(|side| side as f64)
            && self.at == [0; 2]
    }
}

/// The smallest size of the image's ratio that covers `size`: one side is that of `size`, the other is cut to a whole number.
fn covering(image: [usize; 2], size: [usize; 2]) -> [usize; 2] {
    let of = |a: usize, b: usize, c: usize| (a as u64 * b as u64 / c as u64) as usize;
    let [width, height] = image;
    // size[0] / width >= size[1] / height
    if size[0] as u64 * height as u64 >= size[1] as u64 * width as u64 {
        [size[0], of(size[0], height, width)]
    } else {
        [of(size[1], width, height), size[1]]
    }
}

/// The largest size of the image's ratio that fits in `size`, rounded, a pixel at least.
fn inside(image: [usize; 2], size: [usize; 2]) -> [usize; 2] {
    let ratio = |[width, height]: [usize; 2]| width as f64 / height as f64;
    let rounded = |number: f64| (number.round_ties_even() as usize).max(1);
    let [width, height] = image.map(|side| side as f64);
    if ratio(image) > ratio(size) {
        [size[0], rounded(height / width * size[0] as f64).min(size[1])]
    } else if ratio(image) < ratio(size) {
        [rounded(width / height * size[1] as f64).min(size[0]), size[1]]
    } else {
        size
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(image: [usize; 2], size: [usize; 2], resize: Resize) -> ([f64; 4], [usize; 4]) {
        let Placement { corner, part, size, at } = Placement::of(image, size, resize);
        ([corner[0], corner[1], part[0], part[1]], [at[0], at[1], size[0], size[1]])
    }

    #[test]
    fn the_shorter_side_becomes_the_size_and_the_middle_is_kept() {
        // 500 x 375 becomes 298 x 224: 37 columns are cut off on the left.
        let scale = 500.0 / 298.0;
        let expected = ([37.0 * scale, 0.0, 224.0 * scale, 375.0], [0, 0, 224, 224]);
        assert_eq!(of([500, 375], [224, 224], Resize::ShorterCrop), expected);
        // Half a pixel is rounded to an even number: 5 x 2 cut to 2 x 2 begins at 2, and 7 x 2 at 2, too.
        assert_eq!(of([5, 2], [2, 2], Resize::ShorterCrop).0, [2.0, 0.0, 2.0, 2.0]);
        assert_eq!(of([7, 2], [2, 2], Resize::ShorterCrop).0, [2.0, 0.0, 2.0, 2.0]);
        // Not square: 100 x 100 covers 50 x 20 as 50 x 50.
        assert_eq!(of([100, 100], [50, 20], Resize::ShorterCrop).0, [0.0, 30.0, 100.0, 40.0]);
    }

    #[test]
    fn a_letterbox_holds_all_of_the_image() {
        assert_eq!(
            of([500, 375], [224, 224], Resize::Letterbox),
            ([0.0, 0.0, 500.0, 375.0], [0, 28, 224, 168])
        );
        assert_eq!(of([10, 1000], [8, 8], Resize::Letterbox).1, [4, 0, 1, 8]);
        assert_eq!(of([30, 20], [6, 4], Resize::Letterbox).1, [0, 0, 6, 4]);
    }

    #[test]
    fn an_image_of_the_size_stays_as_it_is() {
        for resize in [Resize::ShorterCrop, Resize::Letterbox, Resize::Stretch] {
            assert!(Placement::of([7, 5], [7, 5], resize).is_identity([7, 5]), "{resize:?}");
            assert!(!Placement::of([7, 5], [5, 5], resize).is_identity([7, 5]), "{resize:?}");
        }
    }

    #[test]
    fn no_part_leaves_the_image() {
        for width in 1..40 {
            for height in 1..40 {
                for size in [[1, 1], [7, 5], [16, 16], [33, 8]] {
                    let placement = Placement::of([width, height], size, Resize::ShorterCrop);
                    for (axis, side) in [width, height].into_iter().enumerate() {
                        let end = placement.corner[axis] + placement.part[axis];
                        assert!(placement.corner[axis] >= 0.0 && end <= side as f64, "{placement:?}");
                        assert!(placement.part[axis] > 0.0);
                    }
                    let Placement { size: found, at, .. } =
                        Placement::of([width, height], size, Resize::Letterbox);
                    assert!(at[0] + found[0] <= size[0] && at[1] + found[1] <= size[1]);
                }
            }
        }
    }
}
