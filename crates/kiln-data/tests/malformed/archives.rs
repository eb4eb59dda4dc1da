//! Packed files, and those that unpack to what they should not.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use kiln_core::Seed;

use super::cases::Case;

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

/// A table of two classes.
fn table() -> String {
    let seed = Seed::new(5);
    let row = |i: u64| {
        format!(
            "{},{},{}\n",
            seed.bits(2 * i) % 1000,
            seed.bits(2 * i + 1) % 77,
            ["no", "yes"][(i % 2) as usize]
        )
    };
    format!("a,b,y\n{}", (0..200).map(row).collect::<String>())
}

/// Four images of 5 × 6 pixels.
fn idx() -> Vec<u8> {
    let seed = Seed::new(6);
    let header = [0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 6];
    header.into_iter().chain((0..120).map(|i| seed.bits(i) as u8)).collect()
}

pub(crate) fn whole() -> Vec<Case> {
    vec![
        Case::whole("train-images-idx3-ubyte.gz", gzip(&idx())),
        Case::whole("train-images-idx3-ubyte", idx()),
        Case::whole("case.csv.gz", gzip(table().as_bytes())),
        Case::whole("case.csv.zst", zstd(table().as_bytes())),
    ]
}

pub(crate) fn special(case: &Case) -> Vec<Case> {
    let length = case.bytes.len();
    match case.name.as_str() {
        name if name.ends_with(".gz") => {
            let zeros = vec![0; 32 << 20];
            vec![
                case.patched("another method", 2, &[7]),
                case.patched("a wrong sum", length - 8, &[0; 4]),
                case.patched("a wrong length", length - 4, &[1, 2, 3, 4]),
                case.patched("torn contents", length / 2, &[0xff; 8]),
                case.refused("words behind it", [&case.bytes[..], b"words"].concat()),
                case.refused("nothing in it", gzip(b"")),
                case.refused("zeros in it", gzip(&[0; 4096])),
                case.refused("32 MiB of zeros in it", gzip(&zeros)),
                case.refused(
                    "32 MiB of one line in it",
                    gzip(&[&b"a,b,y\n"[..], &vec![b'1'; 32 << 20]].concat()),
                ),
            ]
        }
        "case.csv.zst" => vec![
            case.patched("another magic number", 0, &[0x29]),
            case.patched("torn contents", length / 2, &[0xff; 8]),
            case.refused("words behind it", [&case.bytes[..], b"words"].concat()),
            case.refused("nothing in it", zstd(b"")),
            case.refused("zeros in it", zstd(&[0; 4096])),
            case.refused(
                "32 MiB of one line in it",
                zstd(&[&b"a,b,y\n"[..], &vec![b'1'; 32 << 20]].concat()),
            ),
            // A window of 3.75 TiB.
            case.refused(
                "a large window",
                [&[0x28, 0xb5, 0x2f, 0xfd, 0, 0xff][..], &case.bytes[6..]].concat(),
            ),
        ],
        "train-images-idx3-ubyte" => vec![
            case.patched("four thousand million images", 4, &[0xff; 4]),
            case.patched("no images", 4, &[0; 4]),
            case.patched("images without rows", 8, &[0; 4]),
            case.patched("one image more", 4, &[0, 0, 0, 5]),
            case.patched("one image less", 4, &[0, 0, 0, 3]),
            case.patched("floats", 2, &[0x0d]),
            case.patched("four dimensions", 3, &[4]),
            case.refused("a byte behind it", [&case.bytes[..], &[0]].concat()),
        ],
        _ => Vec::new(),
    }
}
