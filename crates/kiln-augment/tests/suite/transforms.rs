//! Every kind of the configuration: it reads and writes, fits or says why not, and survives odd images.

use std::collections::HashSet;

use kiln_augment::{AugmentError, Compose, Image, Pixel, Transform, TransformConfig, build_all};
use kiln_core::{Explain, Seed};

/// One of each kind, with settings under which something happens.
const ALL: &str = r#"[
    { "kind": "compose", "transforms": [{ "kind": "invert", "p": 1.0 }] },
    { "kind": "chance", "p": 0.9, "transform": { "kind": "invert", "p": 1.0 } },
    { "kind": "one-of", "transforms": [{ "kind": "invert", "p": 1.0 }, { "kind": "hue", "shift": [0.2, 0.3] }], "weights": [2, 1] },
    { "kind": "horizontal-flip", "p": 0.5 },
    { "kind": "vertical-flip", "p": 0.5 },
    { "kind": "crop", "size": [20, 20], "padding": 3, "border": "reflect" },
    { "kind": "resized-crop", "size": [20, 20], "scale": [0.2, 0.9] },
    { "kind": "rotate", "degrees": [-20, 20], "fill": 0.5 },
    { "kind": "shear", "x": [-20, 20], "y": [0, 5], "interpolation": "nearest" },
    { "kind": "translate", "x": 0.3, "y": 0.3 },
    { "kind": "scale", "factor": [0.7, 1.4] },
    { "kind": "affine", "degrees": [-10, 10], "translate": [0.1, 0.1], "scale": [0.9, 1.1], "shear_x": [-5, 5] },
    { "kind": "perspective", "p": 1.0 },
    { "kind": "elastic", "alpha": 60, "sigma": 2 },
    { "kind": "brightness", "factor": [0.5, 1.5] },
    { "kind": "contrast", "factor": [0.5, 1.5] },
    { "kind": "saturation", "factor": [0.0, 2.0] },
    { "kind": "sharpness", "factor": [0.0, 3.0] },
    { "kind": "gamma", "factor": [0.5, 2.0] },
    { "kind": "hue", "shift": [-0.2, 0.2] },
    { "kind": "color-jitter", "brightness": 0.4, "contrast": 0.4, "saturation": 0.4, "hue": 0.1 },
    { "kind": "grayscale", "p": 1.0 },
    { "kind": "invert" },
    { "kind": "posterize", "bits": 3 },
    { "kind": "solarize", "threshold": 0.5 },
    { "kind": "equalize", "p": 1.0 },
    { "kind": "autocontrast", "p": 1.0 },
    { "kind": "gaussian-blur", "kernel": 3, "sigma": [0.5, 1.5] },
    { "kind": "gaussian-noise", "sigma": 0.1 },
    { "kind": "channel-shuffle" },
    { "kind": "erase", "p": 1.0, "noise": true },
    { "kind": "cutout", "size": 5, "fill": [0.2, 0.4, 0.6] },
    { "kind": "rand-augment", "operations": 2, "level": 9 },
    { "kind": "trivial-augment" },
    { "kind": "auto-augment", "policy": "cifar10" },
    { "kind": "aug-mix" }
]"#;

fn all() -> Vec<TransformConfig> {
    serde_json::from_str(ALL).unwrap()
}

fn image<T: Pixel>(shape: [usize; 3]) -> Image<T> {
    let shade = |i: usize| (Seed::new(1).uniform(i as u64 / 2) as f32 * 0.8 + 0.1) * T::WHITE;
    Image::from_pixels(shape, (0..shape.iter().product()).map(|i| T::truncated(shade(i))).collect()).unwrap()
}

#[test]
fn every_kind_reads_what_it_writes_and_refuses_unknown_keys() {
    let kinds: HashSet<_> = all().iter().map(std::mem::discriminant).collect();
    assert_eq!(kinds.len(), all().len());
    for config in all() {
        let mut written = serde_json::to_value(&config).unwrap();
        assert_eq!(serde_json::from_value::<TransformConfig>(written.clone()).unwrap(), config);
        written["nonsense"] = 1.into();
        let error = serde_json::from_value::<TransformConfig>(written).unwrap_err().to_string();
        assert!(error.contains("unknown field `nonsense`"), "{error}");
    }
}

fn check_each<T: Pixel>() {
    for config in all() {
        let transform = config.build::<T>("augment.0").unwrap();
        let original = image::<T>([3, 20, 20]);
        assert_eq!(transform.output_shape([3, 20, 20]).unwrap(), [3, 20, 20]);
        let results: Vec<Image<T>> = (0..40)
            .map(|seed| {
                let mut changed = original.clone();
                transform.apply(&mut changed, Seed::new(seed));
                assert_eq!(changed.shape(), original.shape());
                let inside = |pixel: &T| (0.0..=T::WHITE).contains(&pixel.number());
                assert!(changed.pixels().iter().all(inside), "{config:?}");
                let mut again = original.clone();
                transform.apply(&mut again, Seed::new(seed));
                assert!(again == changed, "{config:?} is no function of its seed");
                changed
            })
            .collect();
        assert!(results.iter().any(|result| *result != original), "{config:?} does nothing");
        let fixed = matches!(
            config,
            TransformConfig::Compose(_)
                | TransformConfig::Grayscale(_)
                | TransformConfig::Equalize(_)
                | TransformConfig::Autocontrast(_)
        );
        assert_eq!(results.iter().all(|result| *result == results[0]), fixed, "{config:?}");
    }
}

#[test]
fn every_kind_changes_8_bit_images_by_their_seed() {
    check_each::<u8>();
}

#[test]
fn every_kind_changes_floats_by_their_seed() {
    check_each::<f32>();
}

#[test]
fn no_image_is_too_odd() {
    let shapes = [
        [1, 1, 1],
        [3, 1, 1],
        [3, 1, 9],
        [1, 9, 1],
        [3, 2, 2],
        [1, 0, 4],
        [3, 5, 0],
        [0, 3, 3],
        [2, 6, 7],
        [5, 8, 3],
    ];
    for config in all() {
        let transform = config.build::<u8>("augment.0").unwrap();
        for shape in shapes {
            let fits = transform.output_shape(shape);
            for seed in 0..30 {
                let mut changed = image::<u8>(shape);
                transform.apply(&mut changed, Seed::new(seed));
                if let Ok(expected) = fits {
                    assert_eq!(changed.shape(), expected, "{config:?} of {shape:?}");
                }
                assert_eq!(changed.pixels().len(), changed.shape().iter().product::<usize>());
            }
        }
    }
}

#[test]
fn settings_out_of_range_are_named_with_their_place() {
    let cases = [
        (
            r#"{ "kind": "horizontal-flip", "p": 1.5 }"#,
            "augment.0.p is 1.5, it must be at least 0 and at most 1",
        ),
        (
            r#"{ "kind": "crop", "size": [0, 5] }"#,
            "augment.0.size is 0, it must be at least 1 and at most 65536",
        ),
        (
            r#"{ "kind": "resized-crop", "size": [5, 5], "scale": [0, 1] }"#,
            "augment.0.scale is 0, it must be greater than 0",
        ),
        (
            r#"{ "kind": "rotate", "degrees": [10, -10] }"#,
            "augment.0.degrees is [10, -10], the first number must not be greater than the second",
        ),
        (
            r#"{ "kind": "rotate", "degrees": [1, 2], "fill": 40 }"#,
            "augment.0.fill is 40, it must be at least 0 and at most 1",
        ),
        (
            r#"{ "kind": "shear", "x": [0, 90] }"#,
            "augment.0.x is 90, it must be at least -89.999 and at most 89.999",
        ),
        (r#"{ "kind": "scale", "factor": [0, 2] }"#, "augment.0.factor is 0, it must be greater than 0"),
        (
            r#"{ "kind": "hue", "shift": [0, 0.6] }"#,
            "augment.0.shift is 0.6, it must be at least -0.5 and at most 0.5",
        ),
        (r#"{ "kind": "brightness", "factor": [-1, 1] }"#, "augment.0.factor is -1, it must be at least 0"),
        (r#"{ "kind": "posterize", "bits": 9 }"#, "augment.0.bits is 9, it must be at least 0 and at most 8"),
        (
            r#"{ "kind": "gaussian-blur", "kernel": 4 }"#,
            "augment.0.kernel is 4, it must be odd and at most 999",
        ),
        (
            r#"{ "kind": "cutout", "size": 0 }"#,
            "augment.0.size is 0, it must be at least 1 and at most 65536",
        ),
        (
            r#"{ "kind": "rand-augment", "level": 31 }"#,
            "augment.0.level is 31, it must be at least 0 and at most 30",
        ),
        (
            r#"{ "kind": "aug-mix", "severity": 11 }"#,
            "augment.0.severity is 11, it must be at least 1 and at most 10",
        ),
        (r#"{ "kind": "one-of", "transforms": [] }"#, "augment.0.transforms is empty"),
        (
            r#"{ "kind": "one-of", "transforms": [{ "kind": "invert" }], "weights": [1, 2] }"#,
            "augment.0.weights has 2 entries, there are 1 transforms",
        ),
        (
            r#"{ "kind": "compose", "transforms": [{ "kind": "invert" }, { "kind": "invert", "p": -1 }] }"#,
            "augment.0.transforms.1.p is -1, it must be at least 0 and at most 1",
        ),
        (
            r#"{ "kind": "chance", "transform": { "kind": "invert", "p": -1 } }"#,
            "augment.0.transform.p is -1, it must be at least 0 and at most 1",
        ),
    ];
    for (text, expected) in cases {
        let config: TransformConfig = serde_json::from_str(text).unwrap();
        let error = config.build::<u8>("augment.0").unwrap_err();
        assert_eq!(error.to_string(), expected, "{text}");
    }
}

#[test]
fn images_that_do_not_fit_are_refused_with_a_remedy() {
    let refusal = |text: &str, shape| -> AugmentError {
        let list: Vec<TransformConfig> = serde_json::from_str(&format!("[{text}]")).unwrap();
        Compose::new(build_all::<u8>(&list, "augment").unwrap()).output_shape(shape).unwrap_err()
    };
    let small = refusal(r#"{ "kind": "crop", "size": [32, 32], "padding": 1 }"#, [1, 28, 28]);
    assert_eq!(small.to_string(), "crop needs an image of at least 30×30 pixels, the images have 28×28");
    assert_eq!(small.help().unwrap(), "use a smaller size, or pad the image first");
    let colour = refusal(r#"{ "kind": "hue", "shift": [0, 0.1] }"#, [4, 8, 8]);
    assert_eq!(colour.to_string(), "hue is for 1 or 3 channels, the images have 4");
    let fill = refusal(r#"{ "kind": "rotate", "degrees": [0, 9], "fill": [0.1, 0.2] }"#, [3, 8, 8]);
    assert_eq!(fill.to_string(), "affine is for 2 channels (by its fill), the images have 3");
    let chance =
        refusal(r#"{ "kind": "chance", "transform": { "kind": "crop", "size": [4, 4] } }"#, [3, 8, 8]);
    assert!(matches!(chance, AugmentError::Shapes { .. }), "{chance}");
}
