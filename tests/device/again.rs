//! The same training again on the same device, and one that was stopped: the same bits, on a GPU's way of computing, too.

use crate::common::{Place, json, metrics, train};

const MODELS: [&str; 2] = [
    "digits model.hidden=[32] model.norm=batch model.dropout=0.3 train.epochs=2 schedule.kind=constant",
    "digits model.kind=cnn model.channels=[8] model.hidden=[16] train.epochs=2 schedule.kind=constant",
];

#[test]
fn a_training_again_has_the_same_bits() {
    for set in MODELS {
        let (one, two) = (Place::new(), Place::new());
        let (first, second) = (train(&one, set), train(&two, set));
        assert_eq!(first["weights_blake3"], second["weights_blake3"], "{set}");
        assert_eq!(metrics(&one.run_dir()), metrics(&two.run_dir()), "{set}");
    }
}

#[test]
fn a_training_in_parts_has_the_bits_of_one() {
    for set in MODELS {
        let (whole, parts) = (Place::new(), Place::new());
        let set = set.replace("train.epochs=2", "train.epochs=3");
        train(&whole, &set);
        // The first part ends inside an epoch, the second at the end of one.
        train(&parts, &format!("{set} train.steps=5"));
        let run = parts.run_dir();
        let steps = |run: &std::path::Path| metrics(run).last().unwrap()["step"].as_u64().unwrap();
        let all = steps(&whole.run_dir());
        parts.ok(&format!("resume last train.steps={} --json -q", all / 3 * 2));
        parts.ok(&format!("resume last train.steps={all} --json -q"));
        let blake3 = |run: &std::path::Path| json(&run.join("run.json"))["weights_blake3"].clone();
        assert_eq!(blake3(&run), blake3(&whole.run_dir()), "{set}");
        assert_eq!(metrics(&run), metrics(&whole.run_dir()), "{set}");
    }
}
