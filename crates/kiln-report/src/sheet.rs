//! A contact sheet: rows of small pictures with labels, as PNG.

use std::io::{self, Cursor};

use font8x8::UnicodeFonts;
use image::{ImageFormat, Rgb, RgbImage};

/// A picture with text under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// `[channels, height, width]`: 1 channel is grey, 3 are red, green and blue; of other numbers the first is shown.
    pub shape: [usize; 3],
    /// 8-bit pixels, channel after channel, row after row.
    pub pixels: Vec<u8>,
    /// What stands under it, in one or more lines; a line is cut where it is too long.
    pub label: String,
}

/// Rows of pictures under headings.
///
/// ```
/// use kiln_report::{Picture, Sheet};
///
/// let picture = Picture { shape: [1, 8, 8], pixels: vec![128; 64], label: "grey".to_owned() };
/// let sheet = Sheet::new(["original"]).row(vec![picture]);
/// assert!(sheet.to_png()?.starts_with(b"\x89PNG"));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    headings: Vec<String>,
    rows: Vec<Vec<Picture>>,
}

/// Small pictures are enlarged by a whole number to at least this many pixels.
const SIDE: usize = 96;
/// Of large ones every second, third, … pixel is drawn, so that they take at most this many: a sheet is held in memory.
const MOST: usize = 256;
/// Around every picture.
const GAP: usize = 6;
/// Side of a letter, and the height of a line of text.
const LETTER: usize = 8;
const LINE: usize = 12;
const PAPER: Rgb<u8> = Rgb([255, 255, 255]);
const INK: Rgb<u8> = Rgb([32, 32, 32]);

impl Sheet {
    /// A sheet with a heading over each column.
    pub fn new(headings: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { headings: headings.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    #[must_use]
    pub fn row(mut self, pictures: Vec<Picture>) -> Self {
        self.rows.push(pictures);
        self
    }

    /// The sheet as the bytes of a PNG file.
    ///
    /// # Errors
    /// When the sheet is larger than a PNG can be.
    pub fn to_png(&self) -> io::Result<Vec<u8>> {
        let mut file = Cursor::new(Vec::new());
        self.draw().write_to(&mut file, ImageFormat::Png).map_err(io::Error::other)?;
        Ok(file.into_inner())
    }

    fn draw(&self) -> RgbImage {
        let pictures = || self.rows.iter().flatten();
        let largest = |side: usize| pictures().map(|picture| picture.shape[side]).max().unwrap_or(1).max(1);
        let stride = largest(1).max(largest(2)).div_ceil(MOST);
        let (height, width) = (largest(1).div_ceil(stride), largest(2).div_ceil(stride));
        let scale = SIDE.div_ceil(height.max(width));
        let lines = pictures().map(|picture| picture.label.lines().count()).max().unwrap_or(0);
        let cell = [height * scale + lines * LINE + GAP, width * scale + GAP];
        let columns = self.rows.iter().map(Vec::len).chain([self.headings.len()]).max().unwrap_or(0);
        let size = [LINE + GAP + self.rows.len() * cell[0], GAP + columns * cell[1]];
        let mut canvas = RgbImage::from_pixel(size[1] as u32, size[0] as u32, PAPER);
        for (column, heading) in self.headings.iter().enumerate() {
            write(&mut canvas, heading, GAP + column * cell[1], GAP / 2, cell[1] - GAP);
        }
        for (row, pictures) in self.rows.iter().enumerate() {
            for (column, picture) in pictures.iter().enumerate() {
                let (x, y) = (GAP + column * cell[1], LINE + GAP + row * cell[0]);
                paint(&mut canvas, picture, [x, y], scale, stride);
                for (line, text) in picture.label.lines().enumerate() {
                    let below = y + picture.shape[1].div_ceil(stride) * scale + 2 + line * LINE;
                    write(&mut canvas, text, x, below, cell[1] - GAP);
                }
            }
        }
        canvas
    }
}

fn paint(canvas: &mut RgbImage, picture: &Picture, [left, top]: [usize; 2], scale: usize, stride: usize) {
    let [channels, height, width] = picture.shape;
    let pixel = |channel: usize, y: usize, x: usize| {
        picture.pixels.get((channel * height + y) * width + x).copied().unwrap_or(0)
    };
    for y in 0..height.div_ceil(stride) * scale {
        for x in 0..width.div_ceil(stride) * scale {
            let at = |channel| pixel(channel, y / scale * stride, x / scale * stride);
            let colour = if channels == 3 { [at(0), at(1), at(2)] } else { [at(0); 3] };
            canvas.put_pixel((left + x) as u32, (top + y) as u32, Rgb(colour));
        }
    }
}

/// Writes what fits into `width`; letters that the font lacks become question marks.
fn write(canvas: &mut RgbImage, text: &str, left: usize, top: usize, width: usize) {
    let unknown = [0x1E, 0x33, 0x30, 0x18, 0x0C, 0x00, 0x0C, 0x00];
    for (place, letter) in text.chars().take(width / LETTER).enumerate() {
        let fonts = [font8x8::BASIC_FONTS.get(letter), font8x8::LATIN_FONTS.get(letter)];
        let rows = fonts.into_iter().flatten().next().unwrap_or(unknown);
        for (y, row) in rows.into_iter().enumerate() {
            for x in (0..LETTER).filter(|x| row >> x & 1 == 1) {
                let (x, y) = ((left + place * LETTER + x) as u32, (top + y) as u32);
                if x < canvas.width() && y < canvas.height() {
                    canvas.put_pixel(x, y, INK);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(sheet: &Sheet) -> RgbImage {
        image::load_from_memory(&sheet.to_png().unwrap()).unwrap().to_rgb8()
    }

    #[test]
    fn pictures_are_enlarged_and_keep_their_colours() {
        let red_over_blue =
            Picture { shape: [3, 2, 1], pixels: vec![255, 0, 0, 0, 0, 255], label: String::new() };
        let sheet = read(&Sheet::new(["a"]).row(vec![red_over_blue]));
        let count = |colour| sheet.pixels().filter(|pixel| pixel.0 == colour).count();
        // Two pixels, 48 times as large each way.
        assert_eq!((count([255, 0, 0]), count([0, 0, 255])), (48 * 48, 48 * 48));
        let at = |colour| sheet.enumerate_pixels().find(|(.., pixel)| pixel.0 == colour).map(|(_, y, _)| y);
        assert!(at([255, 0, 0]) < at([0, 0, 255]));
    }

    #[test]
    fn large_pictures_are_thinned_out() {
        let large = Picture { shape: [1, 1000, 700], pixels: vec![9; 700_000], label: String::new() };
        let sheet = read(&Sheet::new(["a"]).row(vec![large]));
        assert_eq!(sheet.pixels().filter(|pixel| pixel.0 == [9; 3]).count(), 250 * 175);
    }

    #[test]
    fn labels_are_drawn_and_cut() {
        let picture =
            |label: &str| Picture { shape: [1, 96, 96], pixels: vec![255; 96 * 96], label: label.to_owned() };
        let ink = |label| {
            let sheet = read(&Sheet::new([""; 1]).row(vec![picture(label)]));
            sheet.pixels().filter(|pixel| **pixel == INK).count()
        };
        assert_eq!(ink(""), 0);
        assert!(ink("i") > 5 && ink("iiiiiiiiiiii") == 12 * ink("i"));
        assert_eq!(ink("iiiiiiiiiiii"), ink("iiiiiiiiiiiiiiiiii"));
        assert_eq!(ink("ä語"), ink("ä?"));
        assert_eq!(ink("i\ni"), 2 * ink("i"));
    }

    #[test]
    fn a_sheet_without_pictures_is_a_picture_too() {
        assert!(read(&Sheet::new(Vec::<String>::new())).width() > 0);
        // Pixels that are missing are black.
        read(&Sheet::new(["a"]).row(vec![Picture {
            shape: [1, 3, 3],
            pixels: Vec::new(),
            label: String::new(),
        }]));
    }
}
