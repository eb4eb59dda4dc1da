//! Images of each format, and those whose headers lie.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageBuffer, ImageFormat, Luma, Rgb, RgbImage};
use kiln_core::Seed;

use super::cases::Case;

const WIDTH: u32 = 24;
const HEIGHT: u32 = 16;

/// An image of noise, which no format packs well.
fn colours(seed: u64) -> DynamicImage {
    let seed = Seed::new(seed);
    let pixel = |x: u32, y: u32| {
        let bits = seed.bits(u64::from(y * WIDTH + x));
        Rgb([bits as u8, (bits >> 8) as u8, (bits >> 16) as u8])
    };
    RgbImage::from_fn(WIDTH, HEIGHT, pixel).into()
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// What stands beside the case.
pub(crate) fn good() -> Vec<u8> {
    encoded(&colours(1), ImageFormat::Png)
}

pub(crate) fn whole() -> Vec<Case> {
    let image = colours(0);
    let grey: GrayImage = image.to_luma8();
    let deep: ImageBuffer<Luma<u16>, Vec<u16>> = image.to_luma16();
    vec![
        Case::whole("case.png", encoded(&image, ImageFormat::Png)),
        Case::whole("grey.png", encoded(&grey.into(), ImageFormat::Png)),
        Case::whole("deep.png", encoded(&deep.into(), ImageFormat::Png)),
        Case::whole("case.jpg", encoded(&image, ImageFormat::Jpeg)),
        Case::whole("case.gif", encoded(&image, ImageFormat::Gif)),
        Case::whole("case.bmp", encoded(&image, ImageFormat::Bmp)),
        Case::whole("case.tiff", encoded(&image, ImageFormat::Tiff)),
        Case::whole("case.webp", encoded(&image, ImageFormat::WebP)),
    ]
}

/// The sum that PNG has behind each chunk: CRC-32 over its type and contents.
fn with_sum(case: &Case, what: &str, at: usize, bytes: &[u8]) -> Case {
    let mut case = case.patched(what, at, bytes);
    let sum = case.bytes[12..29].iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 },
        )
    });
    case.bytes[29..33].copy_from_slice(&(!sum).to_be_bytes());
    case
}

fn position(bytes: &[u8], of: &[u8]) -> usize {
    bytes.windows(of.len()).position(|window| window == of).unwrap()
}

/// Headers that promise what is not there.
pub(crate) fn special(case: &Case) -> Vec<Case> {
    let bytes = &case.bytes;
    let of = |words: &[u8], what: &str| case.refused(what, words.to_vec());
    let mut cases = match case.name.rsplit('.').next().unwrap() {
        "png" => vec![
            with_sum(case, "8192 x 8192", 16, &[0, 0, 32, 0, 0, 0, 32, 0]),
            with_sum(case, "the largest size", 16, &[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]),
            with_sum(case, "no width", 16, &[0; 4]),
            with_sum(case, "no height", 20, &[0; 4]),
            with_sum(case, "one row more", 20, &[0, 0, 0, 17]),
            with_sum(case, "a depth of 3", 24, &[3]),
            with_sum(case, "colours of kind 5", 25, &[5]),
            with_sum(case, "an unknown filter", 27, &[9]),
            case.patched("a wrong sum", 29, &[0; 4]),
            case.patched("an endless chunk", position(bytes, b"IDAT") - 4, &[0x7f, 0xff, 0xff, 0xff]),
            case.patched("no pixels", position(bytes, b"IDAT"), b"IDAX"),
            case.patched("torn pixels", position(bytes, b"IDAT") + 12, &[0xff; 16]),
        ],
        "jpg" => {
            let frame = position(bytes, &[0xff, 0xc0]);
            let tables = position(bytes, &[0xff, 0xdb]);
            let codes = position(bytes, &[0xff, 0xc4]);
            let scan = position(bytes, &[0xff, 0xda]);
            vec![
                case.patched("8192 x 8192", frame + 5, &[0x20, 0, 0x20, 0]),
                case.patched("65535 x 65535", frame + 5, &[0xff; 4]),
                case.patched("no height", frame + 5, &[0, 0]),
                case.patched("no width", frame + 7, &[0, 0]),
                case.patched("12 bits", frame + 4, &[12]),
                case.patched("nine components", frame + 9, &[9]),
                case.patched("no frame", frame, &[0xff, 0xfe]),
                case.patched("a segment of one byte", tables + 2, &[0, 1]),
                case.patched("no tables", tables, &[0xff, 0xfe]),
                case.patched("too many codes", codes + 5, &[0xff; 16]),
                case.refused("no scan", bytes[..scan].to_vec()),
                case.refused("no scan, but an end", [&bytes[..scan], &[0xff, 0xd9]].concat()),
            ]
        }
        "gif" => vec![
            case.patched("an unknown version", 3, b"99z"),
            case.refused("no frame", bytes[..position(bytes, &[0x2c])].to_vec()),
            case.refused("nothing but a header", [&bytes[..13], &[0x3b]].concat()),
        ],
        "bmp" => vec![
            case.patched("the largest size", 18, &[0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 0x7f]),
            case.patched("8192 x 8192", 18, &[0, 32, 0, 0, 0, 32, 0, 0]),
            case.patched("no width", 18, &[0; 4]),
            case.patched("no height", 22, &[0; 4]),
            case.patched("a negative width", 18, &[0xff; 4]),
            case.patched("one row more", 22, &[17, 0, 0, 0]),
            case.patched("7 bits a pixel", 28, &[7, 0]),
            case.patched("an unknown compression", 30, &[77, 0, 0, 0]),
            case.patched("pixels behind the end", 10, &[0xff, 0xff, 0xff, 0x7f]),
            case.patched("a header of 9 bytes", 14, &[9, 0, 0, 0]),
        ],
        "tiff" => vec![
            case.patched("a directory behind the end", 4, &[0xff, 0xff, 0xff, 0x7f]),
            case.patched("a directory in the header", 4, &[0, 0, 0, 0]),
            case.patched("an unknown order of bytes", 0, b"XX"),
            case.patched("another magic number", 2, &[7, 7]),
        ],
        "webp" => vec![
            case.patched("no RIFF", 0, b"RIFX"),
            case.patched("no WEBP", 8, b"WAVE"),
            case.patched("an unknown kind", 12, b"VP9 "),
            case.patched("another mark", 20, &[0]),
            case.patched("the largest size", 21, &[0xff, 0xff, 0xff, 0x0f]),
            case.patched("torn pixels", 30, &[0xff; 24]),
        ],
        _ => return Vec::new(),
    };
    cases.push(of(b"<html><body>404 Not Found</body></html>\n", "a page of the web"));
    cases.push(of(&[0; 4096], "zeros"));
    cases.push(of(b"a,b\n1,2\n", "a table"));
    cases
}
