//! Views of an image for augmentation at test time.

use std::fmt;
use std::str::FromStr;

use burn::tensor::{Int, Tensor, TensorData};

use crate::AugmentError;

/// Fixed views of every image, whose predictions are averaged: augmentation at test time.
///
/// The image itself always comes first. Flips double the views; a crop of `n` pixels multiplies them by five: the image, and the
/// image moved by `n` pixels to each of its four corners, filled with the pixels at its edge (the five crops of an image that was
/// padded by `n`). Nothing is drawn, so a prediction stays a function of the image.
///
/// Written as `flip`, `vertical-flip`, `crop=2` and lists of them, `flip,crop=2`.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use kiln_augment::Views;
///
/// let views: Views = "flip,crop=1".parse()?;
/// assert_eq!(views.count(), 10);
/// let images = Tensor::<4>::from_data([[[[1.0, 2.0], [3.0, 4.0]]]], &Device::default());
/// let all = views.of(images);
/// assert_eq!(all[1].to_data().iter::<f32>().collect::<Vec<_>>(), [2.0, 1.0, 4.0, 3.0]);
/// # Ok::<(), kiln_augment::AugmentError>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Views {
    /// With the image mirrored, left and right. Default: no.
    pub flip: bool,
    /// With the image mirrored, top and bottom. Default: no.
    pub vertical_flip: bool,
    /// With the image moved by this many pixels into its corners. Default: 0, not at all.
    pub crop: usize,
}

impl Views {
    /// How many views there are; 1 is the image alone.
    pub fn count(&self) -> usize {
        let flips = [self.flip, self.vertical_flip].into_iter().filter(|flip| *flip).count();
        (1 << flips) * if self.crop > 0 { 5 } else { 1 }
    }

    /// The views of images, `[N, channels, height, width]`, each of that shape; the images themselves are the first.
    pub fn of(&self, images: Tensor<4>) -> Vec<Tensor<4>> {
        let mut views = vec![images];
        for (on, dim) in [(self.flip, 3), (self.vertical_flip, 2)] {
            if on {
                let flipped: Vec<_> = views.iter().map(|view| view.clone().flip([dim])).collect();
                views.extend(flipped);
            }
        }
        let n = self.crop as isize;
        if n > 0 {
            let corners = [(-n, -n), (-n, n), (n, -n), (n, n)];
            let moved = |view: &Tensor<4>| {
                let view = view.clone();
                corners.map(|(down, right)| shift(shift(view.clone(), 2, down), 3, right))
            };
            let moved: Vec<_> = views.iter().flat_map(moved).collect();
            views.extend(moved);
        }
        views
    }
}

/// Pixel `i` along `dim` becomes pixel `i + by`, or the last one there is.
fn shift(images: Tensor<4>, dim: usize, by: isize) -> Tensor<4> {
    let len = images.dims()[dim];
    let places: Vec<i32> = (0..len).map(|i| i.saturating_add_signed(by).min(len - 1) as i32).collect();
    let places = Tensor::<1, Int>::from_data(TensorData::new(places, [len]), &images.device());
    images.select(dim, places)
}

impl FromStr for Views {
    type Err = AugmentError;

    fn from_str(text: &str) -> Result<Self, AugmentError> {
        let mut views = Self::default();
        for word in text.split(',').map(str::trim) {
            let unknown = || AugmentError::View { word: word.to_owned() };
            match word.split_once('=') {
                None if word == "flip" => views.flip = true,
                None if word == "vertical-flip" => views.vertical_flip = true,
                Some(("crop", pixels)) => {
                    // No image is as large as what does not fit into 16 bits.
                    let pixels = pixels.parse::<u16>().ok().filter(|n| *n > 0).ok_or_else(unknown)?;
                    views.crop = usize::from(pixels);
                }
                _ => return Err(unknown()),
            }
        }
        Ok(views)
    }
}

impl fmt::Display for Views {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let crop = format!("crop={}", self.crop);
        let words =
            [(self.flip, "flip"), (self.vertical_flip, "vertical-flip"), (self.crop > 0, crop.as_str())];
        let words: Vec<&str> = words.into_iter().filter(|(on, _)| *on).map(|(_, word)| word).collect();
        f.write_str(&words.join(","))
    }
}
