//! Which of the shapes of arrays are images of a model.

/// How an array is read: how many images, whether they came as a list, and whether the channels come last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) is_list: bool,
    pub(super) channels_last: bool,
}

/// The reading of an array with the sizes `dims`, outermost first, for a model of images `[channels, height, width]`; `None` where it
/// has none. Grey images may leave the channel out.
pub(super) fn reading(dims: &[usize], [channels, height, width]: [usize; 3]) -> Option<Reading> {
    let first = [channels, height, width];
    let last = [height, width, channels];
    let grey = [height, width];
    let found = |is_list, channels_last| Some(Reading { is_list, channels_last });
    match dims {
        [_, rest @ ..] if channels == 1 && rest == grey => found(true, false),
        _ if channels == 1 && dims == grey => found(false, false),
        _ if dims == first => found(false, false),
        _ if dims == last => found(false, true),
        [_, rest @ ..] if rest == first => found(true, false),
        [_, rest @ ..] if rest == last => found(true, true),
        _ => None,
    }
}

/// All that is read, in words.
pub(super) fn known([channels, height, width]: [usize; 3]) -> String {
    let one = format!(
        "[{channels}][{height}][{width}] or, as Pillow and NumPy have it, [{height}][{width}][{channels}]"
    );
    let grey = if channels == 1 { format!("[{height}][{width}], ") } else { String::new() };
    format!("an image is {grey}{one}, of whole numbers from 0 to 255; or a list of images")
}

/// Bytes `[n, height, width, channels]` as `[n, channels, height, width]`.
pub(super) fn channels_first(pixels: &[u8], [channels, height, width]: [usize; 3]) -> Vec<u8> {
    let area = height * width;
    let image = |image: &[u8]| -> Vec<u8> {
        (0..channels)
            .flat_map(|channel| (0..area).map(move |at| at * channels + channel))
            .map(|at| image[at])
            .collect()
    };
    pixels.chunks_exact((channels * area).max(1)).flat_map(image).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_image_and_lists_are_told_apart() {
        let is =
            |dims: &[usize], shape| reading(dims, shape).map(|found| (found.is_list, found.channels_last));
        let (grey, colour) = ([1, 8, 6], [3, 8, 6]);
        assert_eq!(is(&[8, 6], grey), Some((false, false)));
        assert_eq!(is(&[5, 8, 6], grey), Some((true, false)));
        assert_eq!(is(&[1, 8, 6], grey), Some((true, false)));
        assert_eq!(is(&[8, 6, 1], grey), Some((false, true)));
        assert_eq!(is(&[5, 1, 8, 6], grey), Some((true, false)));
        assert_eq!(is(&[3, 8, 6], colour), Some((false, false)));
        assert_eq!(is(&[8, 6, 3], colour), Some((false, true)));
        assert_eq!(is(&[2, 3, 8, 6], colour), Some((true, false)));
        assert_eq!(is(&[2, 8, 6, 3], colour), Some((true, true)));
        for wrong in [&[][..], &[48], &[6, 8], &[8, 6, 4], &[3, 6, 8], &[8, 6], &[1, 1, 3, 8, 6]] {
            assert_eq!(is(wrong, colour), None, "{wrong:?}");
        }
    }

    #[test]
    fn channels_come_first() {
        // Two images of two pixels in three channels.
        let last = [1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16];
        assert_eq!(channels_first(&last, [3, 1, 2]), [1, 4, 2, 5, 3, 6, 11, 14, 12, 15, 13, 16]);
    }
}
