//! Images, as files and as arrays.

use image::{GrayImage, ImageFormat, Luma, Rgb, RgbImage};
use serde_json::{Value, json};

use crate::common::{Place, train};
use crate::predictions::predicted;
use crate::server::Server;

fn grey(number: u8) -> GrayImage {
    GrayImage::from_fn(8, 8, |x, y| Luma([(x * y) as u8 * 5 * number]))
}

fn encoded(image: impl Into<image::DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

#[test]
fn grey_images_have_the_bits_of_the_command() {
    let place = Place::new();
    train(&place, "digits train.epochs=1");
    for number in 0..3 {
        place.write(format!("new/{number}.png"), encoded(grey(number), ImageFormat::Png));
        place.write(format!("one/{number}/0.png"), encoded(grey(number), ImageFormat::Png));
    }
    let all = predicted(&place, "new", "--proba");
    let server = Server::start(&place, "");
    let rows = |number| -> Vec<Vec<u8>> {
        grey(number).rows().map(|row| row.map(|pixel| pixel.0[0]).collect()).collect()
    };
    let list: Vec<Vec<Vec<u8>>> = (0..3).map(rows).collect();
    assert_eq!(server.json(json!(list).to_string()).json(), json!(all));
    let with_channel: Vec<Value> = list.iter().map(|image| json!([image])).collect();
    assert_eq!(server.json(json!(with_channel).to_string()).json(), json!(all));
    for number in 0..3 {
        let one = &predicted(&place, &format!("one/{number}"), "--proba")[0];
        let png = encoded(grey(number), ImageFormat::Png);
        assert_eq!(server.post("image/png", png).json(), *one, "{number}");
        assert_eq!(
            server.post("image/tiff", encoded(grey(number), ImageFormat::Tiff)).json(),
            *one,
            "{number}"
        );
        assert_eq!(server.json(json!(rows(number)).to_string()).json(), *one);
        // The contents say what it is, as for files.
        assert_eq!(server.post("image/jpeg", encoded(grey(number), ImageFormat::Png)).json(), *one);
    }
    let inputs = json!({"kind": "images", "channels": 1, "height": 8, "width": 8});
    assert_eq!(server.get("/").json()["inputs"], inputs);
    assert_eq!(server.json(server.get("/example").body).status, 200);
}

#[test]
fn colours_come_in_either_order_and_photos_are_resized() {
    let place = Place::new();
    let colour = |class: u32, number: u32| {
        RgbImage::from_fn(12, 10, |x, y| Rgb([(x * 20 + number) as u8, (y * 25) as u8, (class * 200) as u8]))
    };
    for class in 0..2 {
        for number in 0..12 {
            let png = encoded(colour(class, number), ImageFormat::Png);
            place.write(format!("photos/{}/{number}.png", ["cat", "dog"][class as usize]), png);
        }
    }
    place.ok("train data.source=images --data photos data.size=8 model.kind=mlp model.hidden=[8] train.epochs=1 -q");
    place.write("one/0.jpg", encoded(colour(1, 50), ImageFormat::Jpeg));
    let theirs = &predicted(&place, "one", "--proba")[0];
    let server = Server::start(&place, "");
    let jpeg = std::fs::read(place.path().join("one/0.jpg")).unwrap();
    assert_eq!(server.post("image/jpeg", jpeg).json(), *theirs);

    // Of the model's size: channels first and channels last.
    let small = RgbImage::from_fn(8, 8, |x, y| Rgb([(x * 30) as u8, (y * 30) as u8, 7]));
    place.write("small/0.png", encoded(small.clone(), ImageFormat::Png));
    let theirs = &predicted(&place, "small", "--proba")[0];
    let last: Vec<Vec<[u8; 3]>> = small.rows().map(|row| row.map(|pixel| pixel.0).collect()).collect();
    let first: Vec<Vec<Vec<u8>>> = (0..3)
        .map(|channel| last.iter().map(|row| row.iter().map(|pixel| pixel[channel]).collect()).collect())
        .collect();
    assert_eq!(server.json(json!(last).to_string()).json(), *theirs);
    assert_eq!(server.json(json!(first).to_string()).json(), *theirs);
    assert_eq!(server.json(json!([last, last]).to_string()).json().as_array().unwrap().len(), 2);
}

#[test]
fn what_is_no_image_of_the_model_is_named() {
    let place = Place::new();
    train(&place, "digits train.epochs=1");
    let server = Server::start(&place, "");
    let large = encoded(GrayImage::new(9, 8), ImageFormat::Png);
    let colour = encoded(RgbImage::new(8, 8), ImageFormat::Png);
    let cut = encoded(grey(1), ImageFormat::Png)[..40].to_vec();
    let row = vec![0; 8];
    let mut wrong = vec![row.clone(); 8];
    wrong[3][4] = 256;
    let bodies: [(&str, Vec<u8>, u16, &str); 12] = [
        ("image/png", large, 422, "9x8 pixels, but the model was trained with 8x8"),
        ("image/png", colour, 422, "a colour image"),
        ("image/png", cut, 422, "the body"),
        ("image/png", b"GIF89a".to_vec(), 422, "the body"),
        ("image/png", b"not a picture".to_vec(), 422, "the body"),
        ("image/png", Vec::new(), 400, "empty"),
        // Its paths would be those of the server.
        ("text/csv", b"path\n/etc/passwd\n".to_vec(), 415, "text/csv"),
        ("application/json", json!(vec![row.clone(); 7]).to_string().into_bytes(), 422, "[7][8]"),
        ("application/json", json!(wrong).to_string().into_bytes(), 422, "pixel [3][4] is 256"),
        ("application/json", json!({ "path": "/etc/passwd" }).to_string().into_bytes(), 422, "map"),
        ("application/json", b"[[1, 2".to_vec(), 400, "not JSON"),
        ("application/json", b"[]".to_vec(), 422, "[0]"),
    ];
    for (content_type, body, status, piece) in bodies {
        let answer = server.post(content_type, &body);
        let refusal = answer.json();
        assert_eq!(answer.status, status, "{refusal}");
        assert!(refusal["error"].as_str().unwrap().contains(piece), "{piece}: {refusal}");
        assert!(!answer.text().contains("/tmp"), "{refusal}");
    }
    // A few bytes that would become gigabytes of pixels.
    let mut bomb = encoded(grey(1), ImageFormat::Png);
    bomb[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    assert_eq!(server.post("image/png", bomb).status, 422);
    assert_eq!(server.get("/health").status, 200);
}
