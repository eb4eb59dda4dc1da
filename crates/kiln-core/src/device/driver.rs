//! GPUs whose vendor's driver is loaded at run time: CUDA and ROCm.

use std::panic::{AssertUnwindSafe, catch_unwind};

use burn::tensor::{Device, DeviceType, Tensor};

use super::error::DeviceError;
use super::name::DeviceName;
use super::report::DeviceReport;

/// A vendor's driver.
pub(super) struct Driver {
    pub(super) backend: &'static str,
    pub(super) of: fn() -> DeviceType,
    pub(super) name: fn(usize) -> DeviceName,
    pub(super) description: &'static str,
}

#[cfg(feature = "cuda")]
pub(super) const CUDA: Driver = Driver {
    backend: "cuda",
    of: || DeviceType::Cuda,
    name: DeviceName::Cuda,
    description: "NVIDIA GPU through CUDA",
};

#[cfg(feature = "rocm")]
pub(super) const ROCM: Driver = Driver {
    backend: "rocm",
    of: || DeviceType::Rocm,
    name: DeviceName::Rocm,
    description: "AMD GPU through ROCm",
};

impl Driver {
    /// All devices; without a driver none. A driver that fails while it is asked counts as none.
    fn devices(&self) -> Vec<Device> {
        #[cfg(feature = "autotune")]
        super::kept::for_the_user();
        catch_unwind(|| Device::enumerate((self.of)()).into_vec()).unwrap_or_default()
    }

    pub(super) fn open(&self, number: usize) -> Result<Device, DeviceError> {
        let devices = self.devices();
        let (backend, found) = (self.backend, devices.len());
        if found == 0 {
            return Err(DeviceError::NoDriver { backend });
        }
        let device =
            devices.into_iter().nth(number).ok_or(DeviceError::NoSuchNumber { backend, number, found })?;
        works(&device)
            .map_err(|reason| DeviceError::Fails { name: (self.name)(number).to_string(), reason })?;
        Ok(device)
    }

    /// The first device, if it works.
    pub(super) fn gpu(&self) -> Option<DeviceName> {
        self.open(0).ok().map(|_| (self.name)(0))
    }

    pub(super) fn list(&self) -> Vec<DeviceReport> {
        // One line where there is none.
        let report = |number| DeviceReport {
            name: (self.name)(number),
            description: self.description.to_owned(),
            state: self.open(number).map(|_| ()),
        };
        (0..self.devices().len().max(1)).map(report).collect()
    }
}

/// One small operation: contexts are made and kernels compiled when they are first needed, and what is missing for that (NVRTC) ends in
/// a panic there.
fn works(device: &Device) -> Result<(), String> {
    let sum = || (Tensor::<1>::ones([2], device) + 1.0).try_into_data();
    match catch_unwind(AssertUnwindSafe(sum)) {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(panic) => Err(said(&*panic)),
    }
}

/// What a panic said.
fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("the driver gives no reason").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_panic_said_is_the_reason() {
        let of = |panic: Box<dyn std::any::Any + Send>| said(&*panic);
        assert_eq!(of(Box::new("no NVRTC".to_owned())), "no NVRTC");
        assert_eq!(of(Box::new("no NVRTC")), "no NVRTC");
        assert_eq!(of(Box::new(7)), "the driver gives no reason");
    }
}
