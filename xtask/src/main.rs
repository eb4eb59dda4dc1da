//! Project checks: `cargo xtask check`.
fn main() {}
