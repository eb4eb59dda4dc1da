//! The peak memory of this process, from the operating system's own count.

/// Most bytes of memory that this process has held at once, since it began or since [`reset_peak_rss`].
///
/// The "high water mark" of the resident set, `VmHWM` in `/proc/self/status`. `None` where there is no such file.
pub fn peak_rss() -> Option<u64> {
    field(&std::fs::read_to_string("/proc/self/status").ok()?, "VmHWM:")
}

/// Lets [`peak_rss`] count anew from what the process holds now; whether that worked.
///
/// For comparing parts of one process. Linux only.
pub fn reset_peak_rss() -> bool {
    std::fs::write("/proc/self/clear_refs", "5").is_ok()
}

/// The value of a field that is given in kibibytes.
fn field(status: &str, name: &str) -> Option<u64> {
    let value = status.lines().find_map(|line| line.strip_prefix(name))?;
    value.trim().strip_suffix("kB")?.trim_end().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_field_and_survives_anything_else() {
        let status = "Name:\tkiln\nVmPeak:\t  999 kB\nVmHWM:\t  123456 kB\nVmRSS:\t 1 kB\n";
        assert_eq!(field(status, "VmHWM:"), Some(123_456 * 1024));
        for broken in ["", "VmHWM:", "VmHWM:\t12", "VmHWM:\tx kB", "VmHWM:\t99999999999999999999 kB"] {
            assert_eq!(field(broken, "VmHWM:"), None, "{broken:?}");
        }
        assert_eq!(field("VmHWM: 18446744073709551615 kB", "VmHWM:"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_large_block_that_is_used_shows() {
        let before = peak_rss().unwrap();
        let block = vec![1u8; 256 << 20];
        let after = peak_rss().unwrap();
        assert!(std::hint::black_box(&block).iter().step_by(4096).all(|byte| *byte == 1));
        assert!(after >= 256 << 20 && after >= before, "{before} {after}");
    }
}
