//! GPUs and software adapters through wgpu.

use burn::tensor::{Device, DeviceType};

use super::error::DeviceError;
use super::name::{Adapter, DeviceName};
use super::report::DeviceReport;

/// All adapters; a driver that fails while it is asked counts as none.
fn adapters() -> Vec<Device> {
    std::panic::catch_unwind(|| Device::enumerate(DeviceType::Wgpu).into_vec()).unwrap_or_default()
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

pub(super) fn has_gpu() -> bool {
    adapters().iter().any(|device| !is_software(device))
}

pub(super) fn open(adapter: Adapter) -> Result<Device, DeviceError> {
    let mut found = adapters();
    // Hardware before software, so that `wgpu` and `wgpu:0` mean the best one.
    found.sort_by_key(is_software);
    let (device, wanted) = match adapter {
        Adapter::Best => (found.into_iter().next(), "adapter".to_owned()),
        Adapter::Index(n) => (found.into_iter().nth(n), format!("adapter number {n}")),
        Adapter::Cpu => (found.into_iter().find(is_software), "software adapter".to_owned()),
    };
    device.ok_or(DeviceError::NoAdapter { wanted })
}

pub(super) fn list() -> Vec<DeviceReport> {
    let mut found = adapters();
    found.sort_by_key(is_software);
    if found.is_empty() {
        return vec![DeviceReport {
            name: DeviceName::Wgpu(Adapter::Best),
            description: "GPU through Vulkan, Metal or DirectX".to_owned(),
            state: Err(DeviceError::NoAdapter { wanted: "adapter".to_owned() }),
        }];
    }
    found
        .iter()
        .enumerate()
        .map(|(n, device)| DeviceReport {
            name: DeviceName::Wgpu(Adapter::Index(n)),
            description: if is_software(device) {
                "software adapter on the CPU, slow".to_owned()
            } else {
                format!("GPU, {}", kind(device))
            },
            state: Ok(()),
        })
        .collect()
}
