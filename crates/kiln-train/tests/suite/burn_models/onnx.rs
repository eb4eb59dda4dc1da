//! A network that burn-onnx has made, as it wrote it: `tests/golden/burn_onnx` has the script.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::panic,
    reason = "generated code, of which the way from files is not used"
)]

/// What the generated code loads files with. No file is loaded here, and the crate burn-store would be compiled for that alone.
mod burn_store {
    use burn::tensor::Bytes;

    pub(super) struct BurnpackStore;

    impl BurnpackStore {
        pub(super) fn from_file<P>(_: &P) -> Self {
            Self
        }

        pub(super) fn from_bytes(_: Option<Bytes>) -> Self {
            Self
        }
    }

    pub(super) trait ModuleSnapshot {
        fn load_from(&mut self, _: &mut BurnpackStore) -> Result<(), &'static str> {
            Err("no file is loaded here")
        }
    }

    impl ModuleSnapshot for super::Model {}
}

include!("../../../../../tests/golden/burn_onnx/network.rs.txt");
