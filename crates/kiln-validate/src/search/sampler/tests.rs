use kiln_core::Seed;
use serde_json::Value as Json;

use super::*;

fn golden() -> Json {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/search.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn unscrambled_points_are_those_of_scipy() {
    let golden = golden();
    let points = golden["sobol"]["points"].as_array().unwrap();
    assert_eq!(points.len(), 128);
    for (number, point) in points.iter().enumerate() {
        let dimensions = golden["sobol"]["dimensions"].as_array().unwrap();
        for (dimension, expected) in dimensions.iter().zip(point.as_array().unwrap()) {
            let dimension = dimension.as_u64().unwrap() as usize;
            let found = sobol::coordinate(number as u64, dimension, None);
            assert_eq!(found, expected.as_f64().unwrap(), "point {number}, dimension {dimension}");
        }
    }
}

/// In every dimension, each of the 2ᵐ first points is in a 2⁻ᵐ of its own; in the first two dimensions together, each
/// is in a rectangle of its own, whatever the shape: a digital net.
#[test]
fn scrambling_keeps_the_net_and_moves_the_points() {
    for seed in 0..8 {
        let seed = Seed::new(seed);
        let at = |number, dimension| sobol::coordinate(number, dimension, Some(seed));
        for dimension in 0..joe_kuo::DIMENSIONS {
            let mut cells: Vec<u64> = (0..256).map(|number| (at(number, dimension) * 256.0) as u64).collect();
            cells.sort_unstable();
            assert_eq!(cells, (0..256).collect::<Vec<_>>());
        }
        for columns in 0..=8 {
            let (columns, rows) = (f64::from(1 << columns), f64::from(1 << (8 - columns)));
            let cell = |number| ((at(number, 0) * columns) as u64, (at(number, 1) * rows) as u64);
            let mut cells: Vec<_> = (0..256).map(cell).collect();
            cells.sort_unstable();
            cells.dedup();
            assert_eq!(cells.len(), 256);
        }
        assert!((0..joe_kuo::DIMENSIONS).all(|dimension| at(0, dimension) != 0.0));
    }
    // The first point is uniform over the seeds, and independent from dimension to dimension.
    let draws: Vec<[f64; 2]> = (0..4000)
        .map(|seed| [0, 1].map(|dimension| sobol::coordinate(0, dimension, Some(Seed::new(seed)))))
        .collect();
    let mean = |f: &dyn Fn(&[f64; 2]) -> f64| draws.iter().map(f).sum::<f64>() / draws.len() as f64;
    let error = 5.0 * (1.0f64 / 12.0 / 4000.0).sqrt();
    assert!((mean(&|d| d[0]) - 0.5).abs() < error && (mean(&|d| d[1]) - 0.5).abs() < error);
    let covariance = mean(&|d| (d[0] - 0.5) * (d[1] - 0.5));
    assert!(covariance.abs() < 5.0 / 12.0 / 4000f64.sqrt(), "{covariance}");
}

#[test]
fn a_grid_is_ordered_and_bounded() {
    let space = Space::parse(["a=int(1,2)", "b=choice(x,y)", "c=uniform(0,1) if b=y"]).unwrap();
    let points: Vec<String> = space.grid(3).unwrap().iter().map(ToString::to_string).collect();
    let expected = [
        "a=1 b=\"x\"",
        "a=1 b=\"y\" c=0.0",
        "a=1 b=\"y\" c=0.5",
        "a=1 b=\"y\" c=1.0",
        "a=2 b=\"x\"",
        "a=2 b=\"y\" c=0.0",
        "a=2 b=\"y\" c=0.5",
        "a=2 b=\"y\" c=1.0",
    ];
    assert_eq!(points, expected);
    let large = Space::parse(["a=int(1,1000)", "b=int(1,1000)"]).unwrap();
    assert!(matches!(large.grid(3).unwrap_err(), SearchError::Grid { .. }));
    let huge = Space::parse(["a=int(1,9000000000)"]).unwrap();
    assert!(matches!(huge.grid(3).unwrap_err(), SearchError::Grid { .. }));
}

#[test]
fn settings_are_checked() {
    let space = Space::parse(["a=uniform(0,1)"]).unwrap();
    assert!(Sampler::Grid { points: 1 }.check(&space).is_err());
    assert!(Sampler::Tpe(Tpe { startup: 0, ..Tpe::default() }).check(&space).is_err());
    assert!(Sampler::Tpe(Tpe { candidates: 0, ..Tpe::default() }).check(&space).is_err());
    let many = Space::parse((0..65).map(|i| format!("a{i}=uniform(0,1)"))).unwrap();
    assert!(Sampler::Sobol { scramble: true }.check(&many).is_err());
    assert!(Sampler::Random.check(&many).is_ok());
}

#[test]
fn random_draws_have_the_wanted_distribution() {
    let space = Space::parse(["a=log(1e-3,1e3)", "b=logint(1,3)", "c=choice(p,q,r)"]).unwrap();
    let draws: Vec<_> = (0..6000).map(|i| random(&space, Seed::new(5).at(i))).collect();
    let count = |f: &dyn Fn(&Assignment) -> bool| draws.iter().filter(|draw| f(draw)).count() as f64;
    // Five standard deviations of a binomial.
    let close = |found: f64, p: f64| (found - 6000.0 * p).abs() < 5.0 * (6000.0 * p * (1.0 - p)).sqrt();
    assert!(close(count(&|d| d.number("a").unwrap() < 1.0), 0.5));
    let total = 3.5f64.ln() - 0.5f64.ln();
    for n in 1..=3 {
        let p = ((f64::from(n) + 0.5).ln() - (f64::from(n) - 0.5).ln()) / total;
        assert!(close(count(&|d| d.number("b") == Some(f64::from(n))), p), "{n}");
    }
    for choice in ["p", "q", "r"] {
        let same = |d: &Assignment| d.get("c") == Some(&super::super::Value::Text(choice.to_owned()));
        assert!(close(count(&same), 1.0 / 3.0));
    }
}
