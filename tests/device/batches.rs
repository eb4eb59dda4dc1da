//! Batches as a device gets them.

use kiln::augment::{Augmented, CropConfig, MixConfig};
use kiln::data::{DataConfig, Prepared, Source};
use kiln::prelude::Device;
use kiln_core::{Purpose, Seed};
use kiln_testkit::device;

/// Bit for bit, whether images go as bytes that become numbers on the device, or, mixed, as numbers.
#[test]
fn augmented_images_have_the_numbers_of_the_host() {
    let digits = Prepared::load(&DataConfig::new("digits"), Seed::new(0)).unwrap();
    let crop = CropConfig { size: [8, 8], padding: 1, border: Default::default(), fill: None };
    let plain = || Augmented::new(digits.train()).transform(crop.build().unwrap()).unwrap();
    let mix = MixConfig { mixup: 0.2, ..MixConfig::default() }.build("mix").unwrap();
    let items: Vec<usize> = (0..50).map(|item| item * 7).collect();
    let epoch = Seed::new(3).purpose(Purpose::Augment).at(2);
    for source in [plain(), plain().mix(mix).unwrap()] {
        let numbers = |device: &Device| -> Vec<u32> {
            let batch = source.training_batch(&items, epoch, device).unwrap();
            let images = batch.inputs.into_images().unwrap();
            assert_eq!(images.dims(), [50, 1, 8, 8]);
            images.into_data().iter::<f32>().map(f32::to_bits).collect()
        };
        assert_eq!(numbers(&device()), numbers(&Device::flex()));
    }
}
