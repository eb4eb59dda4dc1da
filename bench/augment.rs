//! Augmentation of batches of noise: the worker that `bench/augment.sh` compares with torchvision and Albumentations.
//!
//! Reads a line `JOB SECONDS` from standard input, augments batches for that long, and answers with a line of JSON, until the
//! input ends. By hand: `echo "crop-flip 1" | cargo bench --bench augment`.

use std::io::{BufRead, Write};
use std::time::Instant;

use kiln::augment::{
    AffineConfig, Compose, CropConfig, Factor, Finish, HorizontalFlip, RandAugmentConfig, ResizedCropConfig,
    Transform, transform_samples,
};
use kiln::{Purpose, Seed};

type Error = Box<dyn std::error::Error>;

const BATCH: usize = 128;

/// What is done to which images.
struct Job {
    shape: [usize; 3],
    transform: Compose,
    /// Whether the result is normalised floats; 8-bit pixels otherwise.
    finish: Option<Finish>,
}

fn job(name: &str) -> Result<Option<Job>, Error> {
    let colours = Finish::normalize::<u8>(&[0.485, 0.456, 0.406], &[0.229, 0.224, 0.225])?;
    let flip = || HorizontalFlip::new(0.5).map(Box::new);
    Ok(Some(match name {
        "crop-flip" => Job {
            shape: [3, 32, 32],
            transform: Compose::new(vec![Box::new(CropConfig::square(32, 4).build()?), flip()?]),
            finish: Some(colours),
        },
        "resized-crop" => Job {
            shape: [3, 256, 320],
            transform: Compose::new(vec![Box::new(ResizedCropConfig::square(224).build()?), flip()?]),
            finish: Some(colours),
        },
        "rand-augment" => Job {
            shape: [3, 32, 32],
            transform: Compose::new(vec![Box::new(RandAugmentConfig::default().build()?)]),
            finish: None,
        },
        "affine" => {
            let config = AffineConfig {
                degrees: [-15.0, 15.0],
                translate: [0.1, 0.1],
                scale: Factor([0.9, 1.1]),
                shear_x: [-5.0, 5.0],
                ..AffineConfig::default()
            };
            Job { shape: [1, 28, 28], transform: Compose::new(vec![Box::new(config.build()?)]), finish: None }
        }
        _ => return Ok(None),
    }))
}

/// Augments batches for some seconds; images a second.
fn measure(job: &Job, seconds: f64) -> Result<f64, Error> {
    let size: usize = job.shape.iter().product();
    let noise = Seed::new(0).purpose(Purpose::Noise);
    let images: Vec<u8> = (0..BATCH * size).map(|i| noise.bits(i as u64 / 3) as u8).collect();
    let out: usize = BATCH * job.transform.output_shape(job.shape)?.iter().product::<usize>();
    let (mut bytes, mut numbers) = (vec![0u8; out], vec![0f32; out]);
    let sample = |index: usize| &images[index * size..(index + 1) * size];

    let mut batches = 0;
    let mut start = Instant::now();
    loop {
        let epoch = Seed::new(1).purpose(Purpose::Augment).at(batches);
        let seeds: Vec<Seed> = (0..BATCH as u64).map(|index| epoch.at(index)).collect();
        match &job.finish {
            Some(finish) => {
                transform_samples(
                    &job.transform,
                    job.shape,
                    sample,
                    &seeds,
                    &mut numbers,
                    |image, target| {
                        finish.write(image, target);
                    },
                )?;
            }
            None => {
                transform_samples(&job.transform, job.shape, sample, &seeds, &mut bytes, |image, target| {
                    target.copy_from_slice(image.pixels());
                })?;
            }
        }
        batches += 1;
        if batches == 1 {
            start = Instant::now(); // the first warms up
        } else if start.elapsed().as_secs_f64() > seconds {
            return Ok((batches - 1) as f64 * BATCH as f64 / start.elapsed().as_secs_f64());
        }
    }
}

fn main() -> Result<(), Error> {
    let mut out = std::io::stdout();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (name, seconds) = line.split_once(' ').ok_or("a line is: JOB SECONDS")?;
        let rate = match job(name)? {
            Some(job) => measure(&job, seconds.parse()?)?.to_string(),
            None => "null".to_owned(),
        };
        writeln!(out, "{{\"images_per_second\":{rate}}}")?;
        out.flush()?;
    }
    Ok(())
}
