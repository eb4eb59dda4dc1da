//! Ranks on slow networks: local steps, and gradients of which the largest numbers are sent.

use kiln_core::Explain;
use kiln_train::{CompressionConfig, TrainConfig};

use crate::common::{data, model, trainer};
use crate::ranks::{sharded, train};
use crate::stopped::uninterrupted;

#[test]
fn rounds_of_local_steps_come_to_the_same_end_on_any_number_of_ranks_and_go_on() {
    // Five batches of 20 an epoch: rounds of two, two and one step.
    let config = TrainConfig { batch_size: 20, local_steps: 2, ..sharded(4) };
    let whole = uninterrupted(&config);
    for ranks in [2, 3] {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(train(folder.path(), &config, ranks, false, None).as_ref(), Some(&whole), "{ranks} ranks");
    }
    let folder = tempfile::tempdir().unwrap();
    // Behind the first round of the second epoch.
    assert_eq!(train(folder.path(), &config, 4, false, Some(7)), None);
    assert_eq!(train(folder.path(), &config, 2, true, None), Some(whole));
    let error = trainer(TrainConfig { steps: Some(9), ..config }).fit(model(), &data()).unwrap_err();
    assert_eq!(error.to_string(), "train.steps has no place in rounds of 2 local steps");
    assert_eq!(error.key().as_deref(), Some("train.local_steps"));
}

#[test]
fn compressed_gradients_come_to_the_same_end_on_any_number_of_ranks_and_go_on() {
    let compression = Some(CompressionConfig { top_k: 0.05 });
    let config = TrainConfig { batch_size: 20, compression, clip_norm: Some(0.5), ..sharded(4) };
    let whole = uninterrupted(&config);
    for ranks in [2, 3] {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(train(folder.path(), &config, ranks, false, None).as_ref(), Some(&whole), "{ranks} ranks");
    }
    // What is left of each shard is in the checkpoint, and finds its rank again.
    for (stop, before, after) in [(7, 4, 2), (3, 2, 1), (9, 1, 3)] {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(train(folder.path(), &config, before, false, Some(stop)), None);
        assert_eq!(train(folder.path(), &config, after, true, None).as_ref(), Some(&whole), "{stop}");
    }
    let none = uninterrupted(&TrainConfig { compression: None, ..config.clone() });
    assert_ne!(none.last, whole.last);
    for (config, key) in [
        (TrainConfig { local_steps: 2, ..config.clone() }, "train.local_steps"),
        (
            TrainConfig { compression: Some(CompressionConfig { top_k: 0.0 }), ..config },
            "train.compression.top_k",
        ),
    ] {
        let error = trainer(config).fit(model(), &data()).unwrap_err();
        assert_eq!(error.key().as_deref(), Some(key), "{error}");
    }
}
