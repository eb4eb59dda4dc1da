//! A network that burn-onnx has made, as it wrote it: `tests/golden/burn_onnx` has the script.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::panic,
    reason = "generated code, of which the way from files is not used"
)]

include!("../../../../tests/golden/burn_onnx/network.rs.txt");
