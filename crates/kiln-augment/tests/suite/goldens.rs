//! Every operation against torchvision: equal bytes for 8-bit images, 1e-6 for floats.

use kiln_augment::op::{self, AffineMap};
use kiln_augment::{Finish, Image, Pixel};
use serde_json::Value;

use crate::common::{Goldens, Stored, array, border, fill, interpolation, numbers};

/// Applies the operation of a case to an image of any kind of pixel.
fn apply<T: Pixel + Stored>(goldens: &Goldens, op: &str, args: &Value, image: &mut Image<T>) {
    let number = |name: &str| args[name].as_f64().unwrap();
    let mode = || interpolation(&args["interpolation"]);
    let window = || array::<4>(&args["window"]).map(|number| number as isize);
    match op {
        "horizontal-flip" => op::horizontal_flip(image),
        "vertical-flip" => op::vertical_flip(image),
        "pad" => {
            let [left, top, right, bottom] = array::<4>(&args["padding"]).map(|number| number as usize);
            let (height, width) = (image.height() + top + bottom, image.width() + left + right);
            op::crop(image, -(top as isize), -(left as isize), height, width, border(args));
        }
        "crop" => {
            let [top, left, height, width] = window();
            op::crop(image, top, left, height as usize, width as usize, Default::default());
        }
        "resized-crop" => {
            let [top, left, height, width] = window().map(|number| number as usize);
            let size = array::<2>(&args["size"]).map(|number| number as usize);
            op::resized_crop(image, top, left, [height, width], size, mode());
        }
        "affine" => {
            let map = AffineMap {
                angle: number("angle"),
                translate: array(&args["translate"]),
                scale: number("scale"),
                shear: array(&args["shear"]),
                centre: (!args["centre"].is_null()).then(|| array(&args["centre"])),
            };
            op::affine(image, &map, mode(), fill(&args["fill"]));
        }
        "rotate" => op::rotate(image, number("angle"), mode(), Default::default()),
        "perspective" => {
            op::perspective(image, array(&args["coefficients"]), mode(), fill(&args["fill"]));
        }
        "perspective-points" => {
            let points = |name: &str| {
                let points: Vec<[f64; 2]> = args[name].as_array().unwrap().iter().map(array).collect();
                <[[f64; 2]; 4]>::try_from(points).unwrap()
            };
            let coefficients = op::perspective_coefficients(points("start"), points("end")).unwrap();
            op::perspective(image, coefficients, Default::default(), Default::default());
        }
        "elastic" => {
            let displacement = goldens.numbers(args["displacement"].as_str().unwrap());
            let part = |axis| displacement.iter().skip(axis).step_by(2).copied().collect::<Vec<_>>();
            op::elastic(image, &part(0), &part(1), mode(), Default::default());
        }
        "brightness" => op::adjust_brightness(image, number("factor")),
        "contrast" => op::adjust_contrast(image, number("factor")),
        "saturation" => op::adjust_saturation(image, number("factor")),
        "sharpness" => op::adjust_sharpness(image, number("factor")),
        "hue" => op::adjust_hue(image, number("shift")),
        "gamma" => op::adjust_gamma(image, number("gamma"), number("gain")),
        "grayscale" => op::grayscale(image),
        "invert" => op::invert(image),
        "posterize" => op::posterize(image, number("bits") as u32),
        "solarize" => op::solarize(image, number("threshold")),
        "equalize" => op::equalize(image),
        "autocontrast" => op::autocontrast(image),
        "gaussian-blur" => op::gaussian_blur(image, number("size") as usize, number("sigma")),
        "noise" => {
            let normal = goldens.numbers(args["normal"].as_str().unwrap());
            op::add_noise(image, number("mean"), number("sigma"), |index| normal[index]);
        }
        "permute-channels" => {
            let order: Vec<usize> = numbers(&args["order"]).into_iter().map(|index| index as usize).collect();
            op::permute_channels(image, &order);
        }
        "erase" => {
            let [top, left, height, width] = window().map(|number| number as usize);
            let pixel = T::rounded((number("fill") * f64::from(T::WHITE)) as f32);
            op::erase(image, top, left, height, width, |_, _| pixel);
        }
        _ => panic!("no operation {op}"),
    }
}

/// What is wrong with a result.
fn difference<T: Pixel>(found: &Image<T>, expected: &Image<T>) -> Option<String> {
    if found.shape() != expected.shape() {
        return Some(format!("shape {:?} instead of {:?}", found.shape(), expected.shape()));
    }
    let limit = if T::EIGHT_BIT { 0.0 } else { 1e-6 };
    let pairs = found.pixels().iter().zip(expected.pixels());
    let wrong: Vec<_> = pairs
        .enumerate()
        .filter(|(_, (found, expected))| {
            let off = (found.number() - expected.number()).abs();
            off > limit || off.is_nan()
        })
        .collect();
    let (place, (found, expected)) = wrong.first()?;
    Some(format!("{} pixels, the first at {place}: {found:?} instead of {expected:?}", wrong.len()))
}

fn check<T: Pixel + Stored>(goldens: &Goldens, case: &Value) -> Option<String> {
    let name = |key: &str| case[key].as_str().unwrap();
    let mut image: Image<T> = goldens.image(&format!("input/{}", name("input")));
    apply(goldens, name("op"), &case["args"], &mut image);
    let what = difference(&image, &goldens.image(name("output")))?;
    Some(format!("{} {} of {}: {what}", name("op"), case["args"], name("input")))
}

#[test]
fn every_operation_equals_torchvision() {
    let goldens = Goldens::load();
    let mut wrong = Vec::new();
    for case in goldens.cases() {
        let float = goldens.is_float(&format!("input/{}", case["input"].as_str().unwrap()));
        let normal = matches!(case["op"].as_str(), Some("normalize" | "finish" | "policy"));
        if !normal {
            wrong.extend(if float { check::<f32>(&goldens, case) } else { check::<u8>(&goldens, case) });
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases\n{}", wrong.len(), goldens.cases().len(), wrong.join("\n"));
}

#[test]
fn normalising_equals_torchvision() {
    let goldens = Goldens::load();
    let mut seen = 0;
    for case in goldens.cases() {
        let input = format!("input/{}", case["input"].as_str().unwrap());
        let (mean, std) = (&case["args"]["mean"], &case["args"]["std"]);
        let found = match case["op"].as_str().unwrap() {
            "normalize" => {
                let mut image: Image<f32> = goldens.image(&input);
                op::normalize(&mut image, &numbers(mean), &numbers(std));
                image
            }
            "finish" => {
                let image: Image<u8> = goldens.image(&input);
                let mut target = vec![0.0; image.pixels().len()];
                Finish::normalize::<u8>(&numbers(mean), &numbers(std)).unwrap().write(&image, &mut target);
                Image::from_pixels(image.shape(), target).unwrap()
            }
            _ => continue,
        };
        seen += 1;
        let expected: Image<f32> = goldens.image(case["output"].as_str().unwrap());
        assert_eq!(difference(&found, &expected), None, "{case}");
    }
    assert_eq!(seen, 3);
}
