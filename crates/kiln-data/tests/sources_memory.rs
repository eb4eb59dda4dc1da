//! What a header declares is not what gets allocated. Alone in its program, because it looks at the whole process.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use kiln_core::Seed;
use kiln_data::DataConfig;
use tempfile::TempDir;

/// The most address space that the process ever had, in bytes: it counts memory that is reserved and not touched.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmPeak:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib << 10)
}

fn header(dims: &[u32]) -> Vec<u8> {
    let mut file = vec![0, 0, 8, dims.len() as u8];
    dims.iter().for_each(|dim| file.extend(dim.to_be_bytes()));
    file
}

#[test]
fn declared_sizes_are_not_allocated() {
    const SLACK: u64 = 16 << 20;
    let Some(_) = peak() else {
        eprintln!("skipped: the peak of memory is read from /proc/self/status, which is not there");
        return;
    };
    let folder = TempDir::new().unwrap();
    let config = DataConfig { path: Some(folder.path().to_owned()), ..DataConfig::new("idx") };
    let read = |images: &[u8], labels: &[u8]| {
        fs::write(folder.path().join("train-images-idx3-ubyte"), images).unwrap();
        fs::write(folder.path().join("train-labels-idx1-ubyte"), labels).unwrap();
        config.load().map(|_| ())
    };
    // In blocks, so that the test itself does not raise the peak. The noise makes the file long enough to hold, at
    // DEFLATE's best, the 100 MB that are declared.
    let packed = |head: &[u8], noise: u64, zero_blocks: usize| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(head).unwrap();
        (0..noise).for_each(|i| encoder.write_all(&[Seed::new(0).bits(i) as u8]).unwrap());
        (0..zero_blocks).for_each(|_| encoder.write_all(&[0; 1 << 10]).unwrap());
        encoder.finish().unwrap()
    };
    let labels = [header(&[2]), vec![0, 1]].concat();
    let images = [header(&[2, 1, 2]), vec![1, 2, 3, 4]].concat();
    // 20 bytes that declare four thousand million items, and 140 kB that unpack to 63 MB where 100 are declared.
    let cases = [
        ([header(&[4_000_000_000, 1, 1]), vec![0; 4]].concat(), labels.clone()),
        (images.clone(), [header(&[4_000_000_000]), vec![0; 12]].concat()),
        (packed(&header(&[4_000_000_000, 1, 1]), 0, 0), labels.clone()),
        (packed(&header(&[100, 1000, 1000]), 80_000, 60 << 10), labels.clone()),
        (images.clone(), packed(&header(&[100_000_000]), 80_000, 60 << 10)),
    ];
    read(&images, &labels).unwrap(); // whatever the first use of a reader sets up
    for (images, labels) in cases {
        let before = peak().unwrap();
        let files = (images.len() + labels.len()) as u64;
        let error = read(&images, &labels).unwrap_err().to_string();
        assert!(error.contains("truncated"), "{error}");
        let grown = peak().unwrap() - before;
        assert!(grown <= 2 * files + SLACK, "{grown} bytes for files of {files}");
    }
}
