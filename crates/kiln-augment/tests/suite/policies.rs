//! Policies against torchvision: tables, strengths, and every operation at several levels.

use kiln_augment::policy::{AutoPolicy, Operation, Space};
use kiln_augment::{Fill, Image, op};
use serde_json::Value;

use crate::common::{Goldens, interpolation, numbers};

fn space(name: &Value) -> Space {
    match name.as_str().unwrap() {
        "auto-augment" => Space::Auto,
        "rand-augment" => Space::Rand,
        "trivial-augment-wide" => Space::TrivialWide,
        "aug-mix" => Space::Mix,
        other => panic!("no space {other}"),
    }
}

fn operation(name: &Value) -> Operation {
    serde_json::from_value(name.clone()).unwrap()
}

#[test]
fn strengths_are_those_of_torchvision() {
    let goldens = Goldens::load();
    let mut seen = std::collections::HashSet::new();
    for table in goldens.json["levels"].as_array().unwrap() {
        let (space, operation) = (space(&table["space"]), operation(&table["op"]));
        seen.insert((space, operation));
        let bins = table["bins"].as_u64().unwrap() as usize;
        let size = [0, 1].map(|axis| table["size"][axis].as_u64().unwrap() as usize);
        assert_eq!(space.is_signed(operation), table["signed"], "{table}");
        for level in 0..bins {
            match space.strength(operation, level, bins, size) {
                None => assert!(table["values"].is_null(), "{table}"),
                Some(strength) => {
                    let expected = table["values"][level].as_f64().unwrap();
                    let limit = 1e-6 * expected.abs();
                    assert!((strength - expected).abs() <= limit, "{strength} at {level}: {table}");
                }
            }
        }
    }
    for space in [Space::Auto, Space::Rand, Space::TrivialWide, Space::Mix] {
        let here = seen.iter().filter(|(other, _)| *other == space).count();
        assert_eq!(space.operations().len(), here, "{space:?}");
        assert!(space.operations().iter().all(|operation| seen.contains(&(space, *operation))));
    }
}

#[test]
fn given_operation_and_level_the_image_is_that_of_torchvision() {
    let goldens = Goldens::load();
    let cases = goldens.cases().iter().filter(|case| case["op"] == "policy");
    let mut seen = 0;
    for case in cases {
        let args = &case["args"];
        let mut image: Image<u8> = goldens.image(&format!("input/{}", case["input"].as_str().unwrap()));
        let size = [image.height(), image.width()];
        let operation = operation(&args["name"]);
        let (level, bins) = (args["level"].as_u64().unwrap(), args["bins"].as_u64().unwrap());
        let strength = space(&args["space"]).strength(operation, level as usize, bins as usize, size);
        let sign = if args["negative"] == true { -1.0 } else { 1.0 };
        let mode = interpolation(&args["interpolation"]);
        operation.apply(&mut image, sign * strength.unwrap_or(0.0), mode, Fill::BLACK);
        let expected: Image<u8> = goldens.image(case["output"].as_str().unwrap());
        assert!(image == expected, "{case}");
        seen += 1;
    }
    assert!(seen > 200, "{seen} cases");
}

#[test]
fn the_lists_of_auto_augment_are_those_of_torchvision() {
    let goldens = Goldens::load();
    for (name, policy) in
        [("imagenet", AutoPolicy::ImageNet), ("cifar10", AutoPolicy::Cifar10), ("svhn", AutoPolicy::Svhn)]
    {
        let expected = goldens.json["policies"][name].as_array().unwrap();
        assert_eq!(policy.pairs().len(), expected.len());
        for (pair, expected) in policy.pairs().iter().zip(expected) {
            for (step, expected) in pair.iter().zip(expected.as_array().unwrap()) {
                assert_eq!(step.operation, operation(&expected[0]));
                assert_eq!(step.p, expected[1].as_f64().unwrap());
                assert_eq!(step.level as u64, expected[2].as_u64().unwrap_or(0));
            }
        }
        let written = serde_json::to_value(policy).unwrap();
        assert_eq!(written, name);
    }
}

#[test]
fn the_sum_of_aug_mix_is_that_of_torchvision() {
    let goldens = Goldens::load();
    let shares = numbers(&goldens.json["shares"]);
    let image: Image<u8> = goldens.image("input/rgb");
    let mut parts = vec![image.clone(); 4];
    op::invert(&mut parts[1]);
    op::equalize(&mut parts[2]);
    op::horizontal_flip(&mut parts[3]);
    let mut sum = Vec::new();
    parts.iter().zip(shares).for_each(|(part, share)| op::add_share(&mut sum, part, share));
    let mut mixed = image;
    op::set_sum(&mut mixed, &sum);
    assert!(mixed == goldens.image("mix"));
}
