//! Attributions as pictures.

use std::io;

use kiln_experiment::explain::Explanation;
use kiln_report::{Picture, Sheet};

use super::heat::{grey, heat, over};

/// A row for each image, as PNG: the image, its attributions (orange for the output, blue against it), and both.
///
/// # Errors
/// An explanation that is not of images, and a sheet that is larger than a PNG can be.
pub fn attributions_sheet(found: &Explanation) -> io::Result<Vec<u8>> {
    let Some([height, width]) = found.size else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the explanation is not of images"));
    };
    let mut sheet = Sheet::new(["input", "attribution", "both"]);
    for item in &found.items {
        let (channels, pixels) =
            item.pixels.as_ref().map_or((1, [].as_slice()), |(channels, pixels)| (*channels, pixels));
        let grey = grey(channels, pixels);
        let actual = item.actual.as_deref().map(|actual| format!("is {actual}")).unwrap_or_default();
        let label = format!("{}\n{actual}", item.target);
        let picture = |pixels: Vec<u8>, label: &str| Picture {
            shape: [pixels.len() / (height * width).max(1), height, width],
            pixels,
            label: label.to_owned(),
        };
        let number = format!("item {}", item.row + 1);
        sheet = sheet.row(vec![
            picture(if channels == 3 { pixels.to_vec() } else { grey.clone() }, &number),
            picture(heat(&item.values), &label),
            picture(over(&grey, &item.values), ""),
        ]);
    }
    sheet.to_png()
}
