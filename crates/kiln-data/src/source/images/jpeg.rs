//! JPEG: the segments before the first scan by hand, so that a header costs a few kilobytes; the pixels by zune-jpeg.

use std::io::{self, BufRead, Read};

use image::metadata::Orientation as Exif;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::orientation::Orientation;

/// What every JPEG begins with.
pub(super) const START: [u8; 3] = [0xff, 0xd8, 0xff];

/// What stands before the first scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct JpegHeader {
    /// `[width, height]`.
    pub(super) size: [u32; 2],
    /// 1 for grey, 3 for colours, 4 for CMYK.
    components: u8,
    pub(super) orientation: Orientation,
    /// Where the first scan begins, in bytes from the start of the file.
    scan: usize,
}

impl JpegHeader {
    /// Channels of the pixels: 1 or 3.
    pub(super) fn channels(&self) -> usize {
        if self.components == 1 { 1 } else { 3 }
    }

    /// Reads the segments up to the first scan. What is malformed is [`io::ErrorKind::InvalidData`] or
    /// [`io::ErrorKind::UnexpectedEof`].
    pub(super) fn read(reader: impl BufRead) -> io::Result<Self> {
        let mut segments = Segments { reader, position: 0 };
        segments.array::<2>()?;
        let mut frame = None;
        let mut orientation = None;
        loop {
            let marker = segments.marker()?;
            match marker {
                // Markers that stand alone.
                0x01 | 0xd0..=0xd8 => continue,
                0xd9 => return Err(invalid("the image ends before it begins")),
                _ => {}
            }
            let length = usize::from(u16::from_be_bytes(segments.array()?));
            let Some(length) = length.checked_sub(2) else {
                return Err(invalid("a segment is shorter than its length"));
            };
            match marker {
                0xda => {
                    let Some((size, components)) = frame else {
                        return Err(invalid("there is no frame before the first scan"));
                    };
                    let orientation = orientation.unwrap_or_default();
                    return Ok(Self { size, components, orientation, scan: segments.position });
                }
                // All frames: not tables of Huffman or arithmetic codes.
                0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                    let Some(rest) = length.checked_sub(6) else {
                        return Err(invalid("the frame is shorter than its length"));
                    };
                    let [_, h0, h1, w0, w1, components] = segments.array()?;
                    let size = [[w0, w1], [h0, h1]].map(|side| u32::from(u16::from_be_bytes(side)));
                    frame.get_or_insert((checked(size)?, known(components)?));
                    segments.skip(rest)?;
                }
                0xe1 => {
                    let exif = segments.bytes(length)?;
                    let found = exif.strip_prefix(b"Exif\0\0").and_then(Exif::from_exif_chunk);
                    orientation = orientation.or(found.map(|found| Orientation::of_exif(found.to_exif())));
                }
                _ => segments.skip(length)?,
            }
        }
    }
}

/// The pixels of a whole file, row by row, the channels of a pixel together.
pub(super) fn pixels(
    file: &[u8],
    header: &JpegHeader,
) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
    // The decoder fills what is missing with grey, and says so to nobody.
    let body = file.get(header.scan..).unwrap_or_default();
    if !body.windows(2).rev().any(|pair| pair == [0xff, 0xd9]) {
        return Err("the file ends before the image does".into());
    }
    let space = if header.channels() == 1 { ColorSpace::Luma } else { ColorSpace::RGB };
    let options = DecoderOptions::default()
        .set_strict_mode(false)
        .set_max_width(usize::MAX)
        .set_max_height(usize::MAX)
        .jpeg_set_out_colorspace(space);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(file), options);
    let pixels = decoder.decode()?;
    let expected = header.size.iter().map(|&side| side as usize).product::<usize>() * header.channels();
    if pixels.len() == expected {
        Ok(pixels)
    } else {
        Err(DecodeErrors::TooSmallOutput(expected, pixels.len()).into())
    }
}

/// Reads segment by segment.
struct Segments<R> {
    reader: R,
    position: usize,
}

impl<R: BufRead> Segments<R> {
    fn array<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.reader.read_exact(&mut bytes)?;
        self.position += N;
        Ok(bytes)
    }

    fn bytes(&mut self, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.reader.read_exact(&mut bytes)?;
        self.position += length;
        Ok(bytes)
    }

    fn skip(&mut self, length: usize) -> io::Result<()> {
        let skipped = io::copy(&mut self.reader.by_ref().take(length as u64), &mut io::sink())?;
        self.position += length;
        if skipped == length as u64 { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    /// The next marker; bytes before it do not count, as in libjpeg.
    fn marker(&mut self) -> io::Result<u8> {
        loop {
            while self.array::<1>()? != [0xff] {}
            loop {
                match self.array()? {
                    [0xff] => {}
                    [0] => break,
                    [marker] => return Ok(marker),
                }
            }
        }
    }
}

fn checked(size: [u32; 2]) -> io::Result<[u32; 2]> {
    if size.contains(&0) { Err(invalid("a side has no pixels")) } else { Ok(size) }
}

fn known(components: u8) -> io::Result<u8> {
    match components {
        1 | 3 | 4 => Ok(components),
        _ => Err(invalid("the number of its components is not 1, 3 or 4")),
    }
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(parts: &[&[u8]]) -> Result<JpegHeader, String> {
        let bytes = parts.concat();
        JpegHeader::read(bytes.as_slice()).map_err(|error| error.to_string())
    }

    const FRAME: &[u8] = &[0xff, 0xc0, 0, 17, 8, 0, 5, 0, 9, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0];
    const SCAN: &[u8] = &[0xff, 0xda, 0, 12];
    /// One entry: orientation, a short, 6.
    const EXIF: &[u8] =
        b"\xff\xe1\0\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";

    #[test]
    fn the_segments_before_the_first_scan_tell_size_colours_and_orientation() {
        let found = header(&[&START[..2], FRAME, EXIF, SCAN]).unwrap();
        assert_eq!((found.size, found.channels()), ([9, 5], 3));
        assert_eq!(found.orientation, Orientation::of_exif(6));
        assert_eq!(found.scan, 2 + FRAME.len() + EXIF.len() + SCAN.len());
        // Garbage and fill bytes before a marker, a table, a second frame of a thumbnail.
        let table: &[u8] = &[0, 7, 0xff, 0xff, 0xc4, 0, 3, 1];
        let plain = header(&[&START[..2], table, FRAME, &[0xff, 0xd0], SCAN]).unwrap();
        assert_eq!((plain.size, plain.orientation), ([9, 5], Orientation::default()));
    }

    #[test]
    fn a_header_that_ends_is_an_error_and_no_panic() {
        let whole = [&START[..2], FRAME, EXIF, SCAN].concat();
        for length in 0..whole.len() {
            assert!(JpegHeader::read(&whole[..length]).is_err(), "{length}");
        }
        assert_eq!(header(&[&START[..2], SCAN]).unwrap_err(), "there is no frame before the first scan");
        assert_eq!(header(&[&START[..2], &[0xff, 0xd9]]).unwrap_err(), "the image ends before it begins");
        assert_eq!(
            header(&[&START[..2], &[0xff, 0xe0, 0, 1]]).unwrap_err(),
            "a segment is shorter than its length"
        );
        let no_rows = [&FRAME[..5], &[0, 0], &FRAME[7..]].concat();
        assert_eq!(header(&[&START[..2], &no_rows, SCAN]).unwrap_err(), "a side has no pixels");
        let two = [&FRAME[..9], &[2], &FRAME[10..]].concat();
        let components = "the number of its components is not 1, 3 or 4";
        assert_eq!(header(&[&START[..2], &two, SCAN]).unwrap_err(), components);
    }
}
