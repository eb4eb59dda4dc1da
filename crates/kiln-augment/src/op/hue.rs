//! Colours turned around the colour wheel.

use super::blend::map_colours;
use super::points::{from_unit, unit_of};
use crate::{Image, Pixel};

/// Turns hues by `shift` of a full turn, from −0.5 to 0.5: torchvision's `adjust_hue`.
///
/// Images of one channel, or of any other number than three, stay as they are.
pub fn adjust_hue<T: Pixel>(image: &mut Image<T>, shift: f64) {
    let (shift, unit) = (shift as f32, unit_of::<T>());
    map_colours(image, |colour| {
        let [hue, saturation, value] = hsv(colour.map(|pixel| pixel.number() * unit));
        let turned = (hue + shift) % 1.0;
        let turned = if turned < 0.0 { turned + 1.0 } else { turned };
        rgb([turned, saturation, value]).map(from_unit)
    });
}

/// Hue, saturation and value of red, green and blue, all from 0 to 1.
#[inline]
fn hsv([red, green, blue]: [f32; 3]) -> [f32; 3] {
    let value = red.max(green).max(blue);
    let range = value - red.min(green).min(blue);
    let (saturation, divisor) = if range == 0.0 { (0.0, 1.0) } else { (range / value, range) };
    let from = |channel: f32| (value - channel) / divisor;
    let sixth = if value == red {
        from(blue) - from(green)
    } else if value == green {
        (from(red) + 2.0) - from(blue)
    } else {
        (from(green) + 4.0) - from(red)
    };
    [(sixth * (1.0 / 6.0) + 1.0) % 1.0, saturation, value]
}

/// Red, green and blue of hue, saturation and value.
#[inline]
fn rgb([hue, saturation, value]: [f32; 3]) -> [f32; 3] {
    let sixths = hue * 6.0;
    let sector = sixths as i32; // not negative
    let place = sixths - sector as f32;
    let shade = saturation * place;
    let q = ((1.0 - shade) * value).clamp(0.0, 1.0);
    let t = ((shade + (1.0 - saturation)) * value).clamp(0.0, 1.0);
    let p = ((1.0 - saturation) * value).clamp(0.0, 1.0);
    match sector % 6 {
        0 => [value, t, p],
        1 => [q, value, p],
        2 => [p, value, t],
        3 => [p, q, value],
        4 => [t, p, value],
        _ => [value, p, q],
    }
}
