//! Names that nobody else has.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};

/// A name for a worker: the machine, the process, and a random number, because both may come again.
pub(crate) fn worker() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let host = host.or_else(|| std::env::var("HOSTNAME").ok()).unwrap_or_default();
    let plain = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
    let host: String = host.trim().chars().filter(plain).take(40).collect();
    let host = if host.is_empty() { "host".to_owned() } else { host };
    format!("{host}-{}-{:016x}", std::process::id(), random())
}

/// A name for one thing that a worker does.
pub(crate) fn token(worker: &str) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("{worker}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The system's own random numbers: every state of a hasher is another.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
