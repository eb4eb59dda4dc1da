//! Every registered transform is as its documentation says.

use kiln_augment::{
    BlurConfig, BrightnessConfig, ChanceConfig, ComposeConfig, ContrastConfig, CutoutConfig, GammaConfig,
    HorizontalFlipConfig, HueConfig, OneOfConfig, PosterizeConfig, RotateConfig, RowTransform,
    SaturationConfig, ScaleConfig, SeriesTransform, SharpnessConfig, SolarizeConfig, TokenTransform,
    TransformConfig,
};
use kiln_testkit::check_kinds;

#[test]
fn every_transform_of_images_is_as_its_documentation_says() {
    check_kinds::<TransformConfig, TransformConfig>("augment.0", TransformConfig::NAMES, |transform| {
        transform.build::<u8>("augment.0").map_err(|error| Box::new(error) as _)?;
        transform.build::<f32>("augment.0").map(|_| ()).map_err(|error| Box::new(error) as _)
    });
}

#[test]
fn every_change_of_rows_is_as_its_documentation_says() {
    check_kinds::<RowTransform, RowTransform>("augment.rows.0", RowTransform::NAMES, |transform| {
        transform.check("augment.rows.0").map_err(|error| Box::new(error) as _)
    });
}

#[test]
fn every_change_of_tokens_is_as_its_documentation_says() {
    check_kinds::<TokenTransform, TokenTransform>("augment.tokens.0", TokenTransform::NAMES, |transform| {
        transform.check("augment.tokens.0").map_err(|error| Box::new(error) as _)
    });
}

#[test]
fn every_change_of_series_is_as_its_documentation_says() {
    check_kinds::<SeriesTransform, SeriesTransform>(
        "augment.series.0",
        SeriesTransform::NAMES,
        |transform| transform.check("augment.series.0").map_err(|error| Box::new(error) as _),
    );
}

#[test]
fn constructors_have_the_defaults_of_a_file() {
    let same = |config: TransformConfig, settings: &str| {
        let json = format!("{{\"kind\": {:?}{settings}}}", config.name());
        assert_eq!(serde_json::from_str::<TransformConfig>(&json).unwrap(), config, "{json}");
    };
    let flip = || TransformConfig::from(HorizontalFlipConfig::default());
    same(flip(), "");
    same(ComposeConfig::new(vec![flip()]).into(), r#", "transforms": [{"kind": "horizontal-flip"}]"#);
    same(ChanceConfig::new(flip()).into(), r#", "transform": {"kind": "horizontal-flip"}"#);
    same(OneOfConfig::new(vec![flip()]).into(), r#", "transforms": [{"kind": "horizontal-flip"}]"#);
    same(RotateConfig::new([-5.0, 5.0]).into(), r#", "degrees": [-5, 5]"#);
    same(ScaleConfig::new([0.5, 2.0]).into(), r#", "factor": [0.5, 2]"#);
    same(CutoutConfig::new(7).into(), r#", "size": 7"#);
    same(BrightnessConfig::new([0.5, 2.0]).into(), r#", "factor": [0.5, 2]"#);
    same(ContrastConfig::new([0.5, 2.0]).into(), r#", "factor": [0.5, 2]"#);
    same(SaturationConfig::new([0.5, 2.0]).into(), r#", "factor": [0.5, 2]"#);
    same(SharpnessConfig::new([0.5, 2.0]).into(), r#", "factor": [0.5, 2]"#);
    same(GammaConfig::new([0.5, 2.0]).into(), r#", "factor": [0.5, 2]"#);
    same(HueConfig::new([-0.1, 0.1]).into(), r#", "shift": [-0.1, 0.1]"#);
    same(PosterizeConfig::new(3).into(), r#", "bits": 3"#);
    same(SolarizeConfig::new(0.4).into(), r#", "threshold": 0.4"#);
    same(BlurConfig::new(5).into(), r#", "kernel": 5"#);
    for config in [
        TransformConfig::VerticalFlip(Default::default()),
        TransformConfig::Shear(Default::default()),
        TransformConfig::Translate(Default::default()),
        TransformConfig::Grayscale(Default::default()),
        TransformConfig::Invert(Default::default()),
        TransformConfig::Equalize(Default::default()),
        TransformConfig::Autocontrast(Default::default()),
        TransformConfig::GaussianNoise(Default::default()),
        TransformConfig::ChannelShuffle(Default::default()),
    ] {
        same(config, "");
    }
    for config in [
        RowTransform::Smote(Default::default()),
        RowTransform::Jitter(Default::default()),
        RowTransform::FeatureDropout(Default::default()),
        RowTransform::SwapNoise(Default::default()),
    ] {
        let json = format!("{{\"kind\": {:?}}}", config.name());
        assert_eq!(serde_json::from_str::<RowTransform>(&json).unwrap(), config, "{json}");
    }
}
