//! Attributions as colours.

/// Of 1,000 attributions one or two may be larger than what has the full colour, so that one alone does not hide the others.
const FULL: f64 = 0.999;
/// For the output, and against it: two colours that the colour-blind tell apart.
const FOR: [f64; 3] = [213.0, 94.0, 0.0];
const AGAINST: [f64; 3] = [0.0, 114.0, 178.0];
const PAPER: [f64; 3] = [255.0; 3];

/// How strong each attribution is, from −1 to 1.
pub(crate) fn strengths(values: &[f32]) -> Vec<f64> {
    let mut sizes: Vec<f64> =
        values.iter().map(|value| f64::from(value.abs())).filter(|size| size.is_finite()).collect();
    sizes.sort_by(f64::total_cmp);
    let full = sizes.get(((sizes.len().saturating_sub(1)) as f64 * FULL) as usize).copied().unwrap_or(0.0);
    let strength = |value: &f32| {
        let strength = f64::from(*value) / full;
        if strength.is_finite() { strength.clamp(-1.0, 1.0) } else { 0.0 }
    };
    values.iter().map(strength).collect()
}

/// Planes of red, green and blue on white: orange speaks for the output, blue against it.
pub(crate) fn heat(values: &[f32]) -> Vec<u8> {
    planes(&strengths(values), |_| PAPER)
}

/// The same over a grey picture.
pub(crate) fn over(grey: &[u8], values: &[f32]) -> Vec<u8> {
    // Light, so that both colours are seen.
    planes(&strengths(values), |place| {
        [127.0 + f64::from(grey.get(place).copied().unwrap_or_default()) / 2.0; 3]
    })
}

fn planes(strengths: &[f64], below: impl Fn(usize) -> [f64; 3]) -> Vec<u8> {
    let channel = |channel: usize| {
        strengths.iter().enumerate().map(move |(place, strength)| (place, *strength, channel))
    };
    let colour = |(place, strength, channel): (usize, f64, usize)| {
        let ink = if strength < 0.0 { AGAINST } else { FOR };
        let share = strength.abs();
        (below(place)[channel] * (1.0 - share) + ink[channel] * share).round() as u8
    };
    (0..3).flat_map(channel).map(colour).collect()
}

/// The mean of the channels, spread over all shades where a picture has few: some data have 16.
pub(crate) fn grey(channels: usize, pixels: &[u8]) -> Vec<u8> {
    let size = pixels.len() / channels.max(1);
    let brightest = pixels.iter().copied().max().unwrap_or(255);
    let times = if brightest < 64 { 255 / u32::from(brightest.max(1)) } else { 1 };
    let mean = |place: usize| {
        let sum: u32 = (0..channels).map(|channel| u32::from(pixels[channel * size + place])).sum();
        (sum * times / channels.max(1) as u32).min(255) as u8
    };
    (0..size).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_tell_the_sign_and_the_size() {
        let found = heat(&[1.0, -1.0, 0.0, 0.5, f32::NAN]);
        let at = |place: usize| [found[place], found[5 + place], found[10 + place]];
        assert_eq!((at(0), at(1), at(2)), ([213, 94, 0], [0, 114, 178], [255, 255, 255]));
        assert_eq!((at(3), at(4)), ([234, 175, 128], [255, 255, 255]));
        // Nothing is nothing.
        assert_eq!(heat(&[0.0; 2]), [255; 6]);
        assert_eq!(over(&[0, 255], &[0.0; 2])[..2], [127, 255]);
    }

    #[test]
    fn few_shades_are_spread() {
        assert_eq!(grey(1, &[0, 8, 15]), [0, 136, 255]);
        assert_eq!(grey(3, &[200, 0, 100, 0, 0, 0]), [100, 0]);
    }
}
