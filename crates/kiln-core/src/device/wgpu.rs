//! GPUs and software adapters through wgpu, on the graphics API that it chooses or on one by name.

use burn::tensor::{Device, DeviceType};

use super::error::DeviceError;
use super::name::{Adapter, DeviceName};
use super::report::DeviceReport;
use super::variable;

/// A graphics API, as Burn has it, with kiln's name for it.
pub(super) struct Api {
    pub(super) backend: &'static str,
    pub(super) of: fn() -> DeviceType,
    pub(super) name: fn(Adapter) -> DeviceName,
    pub(super) description: &'static str,
}

/// The API that wgpu chooses.
pub(super) const ANY: Api = Api {
    backend: "wgpu",
    of: || DeviceType::Wgpu,
    name: DeviceName::Wgpu,
    description: "GPU through Vulkan, Metal or DirectX",
};

#[cfg(feature = "vulkan")]
pub(super) const VULKAN: Api = Api {
    backend: "vulkan",
    of: || DeviceType::Vulkan,
    name: DeviceName::Vulkan,
    description: "GPU through Vulkan, kernels in SPIR-V",
};

#[cfg(feature = "metal")]
pub(super) const METAL: Api = Api {
    backend: "metal",
    of: || DeviceType::Metal,
    name: DeviceName::Metal,
    description: "GPU through Metal",
};

impl Api {
    /// All adapters, hardware before software, so that `wgpu` and `wgpu:0` mean the best one. A driver that fails while it is asked
    /// counts as none.
    fn adapters(&self) -> Vec<Device> {
        #[cfg(feature = "autotune")]
        super::kept::for_the_user();
        let found = std::panic::catch_unwind(|| Device::enumerate((self.of)()).into_vec());
        let mut found = found.unwrap_or_default();
        found.sort_by_key(is_software);
        found
    }

    pub(super) fn open(&self, adapter: Adapter) -> Result<Device, DeviceError> {
        let mut found = self.adapters().into_iter();
        let (device, wanted) = match adapter {
            Adapter::Best => (found.next(), "adapter".to_owned()),
            Adapter::Index(n) => (found.nth(n), format!("adapter number {n}")),
            Adapter::Cpu => (found.find(is_software), "software adapter".to_owned()),
        };
        let device = device.ok_or(DeviceError::NoAdapter { backend: self.backend, wanted })?;
        usable(&device).map(|()| device)
    }

    /// The best adapter, if it is a GPU.
    pub(super) fn gpu(&self) -> Option<DeviceName> {
        self.adapters().first().filter(|device| !is_software(device)).map(|_| (self.name)(Adapter::Best))
    }

    pub(super) fn list(&self) -> Vec<DeviceReport> {
        let found = self.adapters();
        if found.is_empty() {
            return vec![DeviceReport {
                name: (self.name)(Adapter::Best),
                description: self.description.to_owned(),
                state: Err(DeviceError::NoAdapter { backend: self.backend, wanted: "adapter".to_owned() }),
            }];
        }
        let report = |(n, device): (usize, &Device)| DeviceReport {
            name: (self.name)(Adapter::Index(n)),
            description: if is_software(device) {
                "software adapter on the CPU, slow".to_owned()
            } else {
                format!("GPU, {}", kind(device))
            },
            state: usable(device),
        };
        found.iter().enumerate().map(report).collect()
    }
}

/// Mesa's lavapipe was seen to end the process on CubeCL's SPIR-V. With the feature there is no way to ask for WGSL.
fn usable(device: &Device) -> Result<(), DeviceError> {
    if cfg!(feature = "vulkan") && is_software(device) {
        return Err(DeviceError::SoftwareSpirV);
    }
    variable::for_wgpu()
}

/// Which adapter it is, such as `DiscreteGpu(0)` or `Cpu`. Burn shows it and has no other way to ask.
fn kind(device: &Device) -> String {
    let shown = format!("{device:?}");
    let kind = shown.split_once("kind: ").and_then(|(_, rest)| rest.split([',', ' ']).next());
    kind.unwrap_or(&shown).to_owned()
}

fn is_software(device: &Device) -> bool {
    kind(device) == "Cpu"
}
