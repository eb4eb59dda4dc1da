//! Networks that others have published: as large as there, and their first weights, too.

use kiln_core::{Purpose, Seed, Weights};
use kiln_data::InputShape;
use kiln_models::{
    ConvnextTinyConfig, EfficientnetB0Config, MobilenetV3LargeConfig, MobilenetV3SmallConfig, ModelConfig,
    Network, Resnet18Config, Resnet34Config, Resnet50Config, VitSmallConfig, VitTinyConfig,
};
use kiln_testkit::device;

#[test]
fn published_networks_are_as_large_as_where_they_come_from() {
    // sum(p.numel() for p in net.parameters()) of torchvision 0.29 and timm 1.0.31, with 1,000 classes at 224×224; multiply-adds of convolutions
    // and linear layers counted by hooks there, without the products of attention.
    let expected: [(ModelConfig, usize, u64); 9] = [
        (Resnet18Config::default().into(), 11_689_512, 1_814_073_344),
        (Resnet34Config::default().into(), 21_797_672, 3_663_761_408),
        (Resnet50Config::default().into(), 25_557_032, 4_089_184_256),
        (MobilenetV3SmallConfig::default().into(), 2_542_856, 56_510_400),
        (MobilenetV3LargeConfig::default().into(), 5_483_032, 216_589_760),
        (EfficientnetB0Config::default().into(), 5_288_548, 385_814_752),
        (ConvnextTinyConfig::default().into(), 28_589_128, 4_455_531_264),
        (VitTinyConfig::default().into(), 5_717_416, 1_074_851_328),
        (VitSmallConfig::default().into(), 22_050_664, 4_241_218_560),
    ];
    for (config, parameters, multiply_adds) in expected {
        let summary = config.summary(InputShape::Images([3, 224, 224]), 1000).unwrap();
        assert_eq!((summary.parameters, summary.multiply_adds), (parameters, multiply_adds), "{config:?}");
    }
}

#[test]
fn the_first_weights_of_published_networks_are_as_large_as_there() {
    let deviation = |network: &Network, path: &str| {
        let weights = Weights::of(network);
        let values: Vec<f64> = weights.get(path).unwrap().iter::<f64>().collect();
        (values.iter().map(|x| x * x).sum::<f64>() / values.len() as f64).sqrt()
    };
    // Formulas of the constructors there: kaiming_normal_ by fan_out, normal_(0, 0.01), uniform_(±1/√outputs), trunc_normal_(0.02).
    let fan_out = |outputs: usize, kernel: usize| (2.0 / (outputs * kernel * kernel) as f64).sqrt();
    let cases: [(ModelConfig, &[(&str, f64)]); 3] = [
        (
            MobilenetV3SmallConfig::default().into(),
            &[("features.12.conv.weight", fan_out(576, 1)), ("hidden.weight", 0.01), ("hidden.bias", 0.0)],
        ),
        (
            EfficientnetB0Config::default().into(),
            &[
                ("last.conv.weight", fan_out(1280, 1)),
                ("output.weight", 0.5 / 3.0f64.sqrt()),
                ("output.bias", 0.0),
            ],
        ),
        (
            VitTinyConfig::default().into(),
            &[
                ("blocks.3.attn.qkv.weight", 0.02),
                ("blocks.0.attn.qkv.bias", 0.0),
                ("patch_embed.proj.weight", 1.0 / (3.0f64 * 3.0 * 256.0).sqrt()),
                ("cls_token", 1e-6),
            ],
        ),
    ];
    for (config, tensors) in cases {
        let network = config
            .init(InputShape::Images([3, 32, 32]), 4, &device(), Seed::new(0).purpose(Purpose::Init))
            .unwrap();
        for (path, expected) in tensors {
            let found = deviation(&network, path);
            let close = if *path == "cls_token" { 0.25 } else { 0.02 };
            assert!(
                (found - expected).abs() <= close * expected,
                "{path} of {config:?}: {found} for {expected}"
            );
        }
    }
}
