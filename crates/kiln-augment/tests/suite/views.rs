//! Views at test time: which pixels they hold, against crops of an image that was padded.

use burn::tensor::{Tensor, TensorData};
use kiln_augment::{Border, Image, Views, op};

fn numbers(tensor: Tensor<4>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

#[test]
fn views_are_flips_and_the_five_crops_of_a_padded_image() {
    let (channels, height, width) = (2, 5, 4);
    let pixels: Vec<f32> = (0..channels * height * width).map(|place| (place * 7 % 31) as f32).collect();
    let device = kiln_testkit::device();
    let images =
        Tensor::<4>::from_data(TensorData::new(pixels.clone(), [1, channels, height, width]), &device);
    let views: Views = "crop=2, flip".parse().unwrap();
    assert_eq!((views.count(), views.to_string()), (10, "flip,crop=2".to_owned()));
    let found: Vec<Vec<f32>> = views.of(images).into_iter().map(numbers).collect();
    assert_eq!(found.len(), 10);

    let mut expected = Vec::new();
    for (down, right) in [(2, 2), (4, 4), (4, 0), (0, 4), (0, 0)] {
        for flip in [false, true] {
            let mut image = Image::from_pixels([channels, height, width], pixels.clone()).unwrap();
            if flip {
                op::horizontal_flip(&mut image);
            }
            op::crop(&mut image, down - 2, right - 2, height, width, Border::Edge);
            expected.push(image.pixels().to_vec());
        }
    }
    assert_eq!(found[0], pixels);
    for view in &expected {
        assert_eq!(found.iter().filter(|found| *found == view).count(), 1);
    }
}

#[test]
fn an_image_can_be_moved_by_more_than_its_size() {
    let device = kiln_testkit::device();
    let image = Tensor::<4>::from_data([[[[1.0, 2.0], [3.0, 4.0]]]], &device);
    let views = Views { crop: 100, vertical_flip: true, ..Views::default() };
    let views: Vec<Vec<f32>> = views.of(image).into_iter().map(numbers).collect();
    assert_eq!(views.len(), 10);
    // Moved to the lower right corner, all there is left is the first pixel.
    assert!(views.contains(&vec![1.0; 4]) && views.contains(&vec![4.0; 4]));
}

#[test]
fn what_is_no_view_is_named() {
    for bad in [
        "",
        "flips",
        "crop",
        "crop=0",
        "crop=x",
        "crop=-1",
        "crop=18446744073709551615",
        "flip,,crop=1",
        "flip=1",
    ] {
        let error = bad.parse::<Views>().unwrap_err();
        assert!(error.to_string().starts_with("there is no view"), "{bad}: {error}");
    }
}
