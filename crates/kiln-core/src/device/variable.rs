//! Variables of the environment that end a backend in a panic, asked before it reads them.

use std::ffi::OsStr;

use super::error::DeviceError;

/// How many launches CubeCL hands to wgpu at once. It reads it when the first operation opens the device.
const MAX_TASKS: &str = "CUBECL_WGPU_MAX_TASKS";

/// CubeCL takes memory for as many in each stream.
const MOST: usize = 4096;

/// Whether CubeCL can open a device of wgpu under the variables of this process.
pub(super) fn for_wgpu() -> Result<(), DeviceError> {
    tasks(std::env::var_os(MAX_TASKS).as_deref())
}

fn tasks(value: Option<&OsStr>) -> Result<(), DeviceError> {
    let is_known = |value: &OsStr| {
        value.to_str().and_then(|text| text.parse().ok()).is_some_and(|n| (1..=MOST).contains(&n))
    };
    match value.filter(|value| !is_known(value)) {
        Some(value) => Err(DeviceError::Variable {
            variable: MAX_TASKS,
            value: value.to_string_lossy().into_owned(),
            most: MOST,
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_ends_cubecl_is_refused() {
        let of = |value: &str| tasks(Some(OsStr::new(value)));
        assert_eq!((tasks(None), of("1"), of("4096")), (Ok(()), Ok(()), Ok(())));
        for wrong in ["0", "4097", "18446744073709551616", "many", "-1", "", "1.5", " 32"] {
            assert_eq!(
                of(wrong).unwrap_err().to_string(),
                format!("the variable CUBECL_WGPU_MAX_TASKS is {wrong:?}, not a whole number from 1 to 4096")
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_no_text_are_refused() {
        use std::os::unix::ffi::OsStrExt;
        assert!(tasks(Some(OsStr::from_bytes(b"\xff"))).is_err());
    }
}
