//! Items as pictures.

use std::io::Cursor;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::{DynamicImage, GrayImage, ImageFormat, RgbImage};
use kiln_experiment::ScoredItems;

/// Large pictures are drawn from every second, third, … pixel, so that the page stays small.
const SIDE: usize = 96;
/// Width and height of the picture of a series.
const TRACE: (u32, u32) = (144, 96);
/// Channels of a series that are drawn.
const CHANNELS: usize = 6;

/// The pictures of items, as addresses that hold them. `None` where the items are neither pictures nor series, or are there no longer.
pub(super) fn pictures(items: &ScoredItems, order: &[usize]) -> Option<Vec<String>> {
    if let Some(series) = items.dataset.features.as_series() {
        let channels = series.channels().len();
        return order
            .iter()
            .map(|item| address(&trace(series.item(items.rows[*item]), channels).into()))
            .collect();
    }
    let images = items.dataset.features.as_images()?;
    let rows: Vec<usize> = order.iter().map(|item| items.rows[*item]).collect();
    let gathered = images.gather(&rows).ok()?;
    let brightest = (0..rows.len()).flat_map(|place| gathered.image(place)).copied().max().unwrap_or(255);
    // Some data have 16 shades, of which a screen shows nothing.
    let times = if brightest < 64 { 255 / brightest.max(1) } else { 1 };
    (0..rows.len()).map(|place| picture(gathered.image(place), images.shape, times)).collect()
}

/// `times`: what pixels are multiplied by.
fn picture(pixels: &[u8], [channels, height, width]: [usize; 3], times: u8) -> Option<String> {
    let stride = height.max(width).div_ceil(SIDE).max(1);
    let (high, wide) = (height.div_ceil(stride) as u32, width.div_ceil(stride) as u32);
    let at = |channel: usize, x: u32, y: u32| {
        let place = (channel * height + y as usize * stride) * width + x as usize * stride;
        pixels.get(place).copied().unwrap_or_default().saturating_mul(times)
    };
    let picture: DynamicImage = if channels == 3 {
        RgbImage::from_fn(wide, high, |x, y| image::Rgb([at(0, x, y), at(1, x, y), at(2, x, y)])).into()
    } else {
        GrayImage::from_fn(wide, high, |x, y| image::Luma([at(0, x, y)])).into()
    };
    address(&picture)
}

/// A picture as the address of itself.
fn address(picture: &DynamicImage) -> Option<String> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Png).ok()?;
    Some(format!("data:image/png;base64,{}", STANDARD.encode(file.get_ref())))
}

/// A series as curves over its steps, light on black: the first channel the lightest. `numbers`: step by step, those of all channels.
fn trace(numbers: &[f64], channels: usize) -> GrayImage {
    let (wide, high) = (f64::from(TRACE.0) - 1.0, f64::from(TRACE.1) - 1.0);
    let mut picture = GrayImage::new(TRACE.0, TRACE.1);
    let finite = || numbers.iter().copied().filter(|number| number.is_finite());
    let (low, most) = (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
    let steps = numbers.len() / channels.max(1);
    let place = |step: usize, number: f64| {
        let share = if most > low { (number - low) / (most - low) } else { 0.5 };
        (step as f64 / (steps.max(2) - 1) as f64 * wide, (1.0 - share) * high)
    };
    for channel in (0..channels.min(CHANNELS)).rev() {
        let ink = image::Luma([255 - 40 * channel as u8]);
        let mut last = None;
        for (step, number) in numbers.iter().skip(channel).step_by(channels).enumerate() {
            if !number.is_finite() {
                last = None;
                continue;
            }
            let here = place(step, *number);
            let (from_x, from_y): (f64, f64) = last.unwrap_or(here);
            let dots = (here.0 - from_x).abs().max((here.1 - from_y).abs()).ceil().max(1.0);
            for dot in 0..=dots as u32 {
                let share = f64::from(dot) / dots;
                let (x, y) = (from_x + (here.0 - from_x) * share, from_y + (here.1 - from_y) * share);
                picture.put_pixel(x.round() as u32, y.round() as u32, ink);
            }
            last = Some(here);
        }
    }
    picture
}

#[cfg(test)]
mod tests {
    use super::trace;

    #[test]
    fn a_series_is_a_curve_from_edge_to_edge() {
        let rising: Vec<f64> = (0..10).flat_map(|step| [f64::from(step), 9.0]).collect();
        let picture = trace(&rising, 2);
        let (wide, high) = picture.dimensions();
        let at = |x, y| picture.get_pixel(x, y).0[0];
        assert_eq!((at(0, high - 1), at(wide - 1, 0), at(0, 0), at(wide - 1, high - 1)), (255, 255, 215, 0));
        // Every column has a part of it.
        assert!((0..wide).all(|x| (0..high).any(|y| at(x, y) == 255)));
        // What is missing is a gap, and nothing of it is drawn where there is none.
        let gap = trace(&[0.0, f64::NAN, 1.0], 1);
        assert_eq!(gap.pixels().filter(|pixel| pixel.0[0] > 0).count(), 2);
        assert_eq!(trace(&[], 3).pixels().filter(|pixel| pixel.0[0] > 0).count(), 0);
        assert!(trace(&[4.0; 5], 1).pixels().any(|pixel| pixel.0[0] == 255));
    }
}
