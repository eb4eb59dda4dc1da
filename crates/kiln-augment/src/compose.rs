//! Transforms of transforms: one after the other, by chance, one of several.

use kiln_core::{Range, Seed};

use crate::{AugmentError, Image, Pixel, Transform, Warp};

/// Transforms one after the other, the first one first; the i-th draws from `seed.at(i)`.
///
/// Transforms that follow each other and only move pixels are carried out in one pass where they [combine](Warp::then): a
/// crop and a flip are one copy, a rotation and a shear one sampling.
///
/// ```
/// use kiln_augment::{Compose, HorizontalFlip, Image, Transform, transform_fn};
/// use kiln_core::Seed;
///
/// let double = transform_fn("double", |image: &mut Image<u8>, _: Seed| {
///     image.pixels_mut().iter_mut().for_each(|pixel| *pixel *= 2);
/// });
/// let add_one = transform_fn("add one", |image: &mut Image<u8>, _: Seed| {
///     image.pixels_mut().iter_mut().for_each(|pixel| *pixel += 1);
/// });
/// let both = Compose::new(vec![Box::new(double), Box::new(add_one), Box::new(HorizontalFlip::new(1.0)?)]);
/// let mut image = Image::from_pixels([1, 1, 2], vec![10, 20])?;
/// both.apply(&mut image, Seed::new(0));
/// assert_eq!(image.pixels(), [41, 21]); // (20 · 2) + 1, not (20 + 1) · 2
/// # Ok::<(), kiln_augment::AugmentError>(())
/// ```
#[derive(Debug)]
pub struct Compose<T: Pixel = u8> {
    transforms: Vec<Box<dyn Transform<T>>>,
}

impl<T: Pixel> Compose<T> {
    /// These transforms in this order; none at all leaves images as they are.
    pub fn new(transforms: Vec<Box<dyn Transform<T>>>) -> Self {
        Self { transforms }
    }

    /// Adds a transform at the end.
    pub(crate) fn push(&mut self, transform: Box<dyn Transform<T>>) {
        self.transforms.push(transform);
    }
}

impl<T: Pixel> Transform<T> for Compose<T> {
    fn apply(&self, image: &mut Image<T>, seed: Seed) {
        let mut moves = Warp::identity();
        for (index, transform) in self.transforms.iter().enumerate() {
            let seed = seed.at(index as u64);
            let [height, width] = moves.output_size([image.height(), image.width()]);
            let next = transform.warp([image.channels(), height, width], seed);
            let both = next.as_ref().and_then(|next| moves.then(next));
            if let Some(both) = both {
                moves = both;
                continue;
            }
            moves.apply(image);
            moves = match next {
                Some(next) => next,
                None => {
                    transform.apply(image, seed);
                    Warp::identity()
                }
            };
        }
        moves.apply(image);
    }

    fn warp(&self, [channels, height, width]: [usize; 3], seed: Seed) -> Option<Warp> {
        let transforms = self.transforms.iter().enumerate();
        transforms.into_iter().try_fold(Warp::identity(), |moves, (index, transform)| {
            let [height, width] = moves.output_size([height, width]);
            moves.then(&transform.warp([channels, height, width], seed.at(index as u64))?)
        })
    }

    fn output_shape(&self, input: [usize; 3]) -> Result<[usize; 3], AugmentError> {
        self.transforms.iter().try_fold(input, |shape, transform| transform.output_shape(shape))
    }
}

/// A transform that is applied with probability `p`; the inner one draws from `seed.at(0)`.
#[derive(Debug)]
pub struct Chance<T: Pixel = u8> {
    p: f64,
    inner: Box<dyn Transform<T>>,
}

impl<T: Pixel> Chance<T> {
    /// Applies `inner` with probability `p`.
    ///
    /// # Errors
    /// [`AugmentError::Number`] when `p` is not from 0 to 1.
    pub fn new(p: f64, inner: Box<dyn Transform<T>>) -> Result<Self, AugmentError> {
        Ok(Self { p: Range::UNIT.check("p", p)?, inner })
    }
}

impl<T: Pixel> Transform<T> for Chance<T> {
    fn apply(&self, image: &mut Image<T>, seed: Seed) {
        if seed.uniform(0) < self.p {
            self.inner.apply(image, seed.at(0));
        }
    }

    fn warp(&self, shape: [usize; 3], seed: Seed) -> Option<Warp> {
        if seed.uniform(0) < self.p { self.inner.warp(shape, seed.at(0)) } else { Some(Warp::identity()) }
    }

    fn output_shape(&self, input: [usize; 3]) -> Result<[usize; 3], AugmentError> {
        let changed = self.inner.output_shape(input)?;
        if changed != input && self.p < 1.0 {
            return Err(AugmentError::Shapes { name: "chance".to_owned(), first: input, other: changed });
        }
        Ok(if self.p > 0.0 { changed } else { input })
    }
}

/// One of several transforms, each as likely as its weight says; the chosen one draws from `seed.at(0)`.
#[derive(Debug)]
pub struct OneOf<T: Pixel = u8> {
    /// Cumulative probability and transform.
    choices: Vec<(f64, Box<dyn Transform<T>>)>,
}

impl<T: Pixel> OneOf<T> {
    /// One of these, each as likely as the others.
    ///
    /// # Errors
    /// [`AugmentError::Empty`] without a transform.
    pub fn new(transforms: Vec<Box<dyn Transform<T>>>) -> Result<Self, AugmentError> {
        Self::weighted(transforms.into_iter().map(|transform| (1.0, transform)).collect())
    }

    /// One of these, with probabilities in proportion to the weights.
    ///
    /// # Errors
    /// [`AugmentError::Empty`] without a transform, [`AugmentError::Number`] for a weight that is not positive.
    pub fn weighted(choices: Vec<(f64, Box<dyn Transform<T>>)>) -> Result<Self, AugmentError> {
        if choices.is_empty() {
            return Err(AugmentError::Empty { name: "transforms".to_owned() });
        }
        for (index, (weight, _)) in choices.iter().enumerate() {
            Range::POSITIVE.check(&format!("weights.{index}"), *weight)?;
        }
        let total: f64 = choices.iter().map(|(weight, _)| weight).sum();
        let mut sum = 0.0;
        let choices = choices.into_iter().map(|(weight, transform)| {
            sum += weight / total;
            (sum, transform)
        });
        Ok(Self { choices: choices.collect() })
    }

    fn chosen(&self, seed: Seed) -> &dyn Transform<T> {
        let draw = seed.uniform(0);
        // The last sum may be just below 1.
        let index = self.choices.partition_point(|(sum, _)| *sum <= draw).min(self.choices.len() - 1);
        &*self.choices[index].1
    }
}

impl<T: Pixel> Transform<T> for OneOf<T> {
    fn apply(&self, image: &mut Image<T>, seed: Seed) {
        self.chosen(seed).apply(image, seed.at(0));
    }

    fn warp(&self, shape: [usize; 3], seed: Seed) -> Option<Warp> {
        self.chosen(seed).warp(shape, seed.at(0))
    }

    fn output_shape(&self, input: [usize; 3]) -> Result<[usize; 3], AugmentError> {
        let first = self.choices[0].1.output_shape(input)?;
        for (_, transform) in &self.choices[1..] {
            let other = transform.output_shape(input)?;
            if other != first {
                return Err(AugmentError::Shapes { name: "one-of".to_owned(), first, other });
            }
        }
        Ok(first)
    }
}
