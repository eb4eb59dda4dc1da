//! Folders that appear as a whole, and are missed when they are gone.

use std::time::UNIX_EPOCH;

use kiln_core::{Explain, Metrics};

use super::super::record::Status;
use super::*;

fn record() -> RunRecord {
    RunRecord {
        v: 1,
        status: Status::Running,
        started: "2026-01-02T03:04:05Z".to_owned(),
        finished: None,
        kiln: "0.1.0".to_owned(),
        burn: "0.22.1".to_owned(),
        arguments: vec!["train".to_owned(), "digits".to_owned()],
        seed: 3,
        device: "flex".to_owned(),
        device_choice: None,
        data: None,
        class_counts: Vec::new(),
        parameters: Some(10),
        stop: None,
        best_epoch: None,
        validation: Metrics::from_iter([("loss", f64::NAN)]),
        test: Metrics::new(),
        refit: None,
        temperature: None,
        seconds: None,
        certificate: None,
        sparsity: Default::default(),
        zero_outputs: Default::default(),
        zero_inputs: Default::default(),
        peak_rss_bytes: None,
        weights_blake3: None,
        exit_code: None,
        error: None,
    }
}

#[test]
fn a_run_is_there_as_a_whole_locked_and_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let runs_dir = folder.path().join("deep/runs");
    let new = NewRun {
        runs_dir: &runs_dir,
        slug: "digits",
        time: UNIX_EPOCH + Duration::from_secs(1_767_323_045),
        config: "seed = 3\n",
        record: &record(),
    };
    let run = RunFolder::create(&new).unwrap();
    let second = RunFolder::create(&new).unwrap();
    assert_ne!(run.path(), second.path());
    let name = run.path().file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("20260102-030405-digits-") && name.len() == "20260102-030405-digits-".len() + 4);
    assert_eq!(fs::read_to_string(run.path().join(CONFIG)).unwrap(), "seed = 3\n");
    let back = RunRecord::read(run.path()).unwrap();
    assert_eq!((back.seed, back.arguments.len(), back.status), (3, 2, Status::Running));
    assert!(back.validation.get("loss").unwrap().is_nan());
    assert_eq!(fs::read_dir(&runs_dir).unwrap().count(), 2);
    // At a place of its own: made once, then there.
    let own = folder.path().join("own/place");
    let files: [(&str, &[u8]); 2] = [(CONFIG, b""), ("cv.json", b"{}")];
    assert!(RunFolder::create_at(&own, CONFIG, &files).unwrap());
    assert!(!RunFolder::create_at(&own, CONFIG, &files).unwrap());
    assert_eq!(fs::read_to_string(own.join("cv.json")).unwrap(), "{}");
    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("file"), "").unwrap();
    assert!(matches!(RunFolder::create_at(&other, CONFIG, &files).unwrap_err(), RunError::Io { .. }));

    assert!(is_busy(run.path()));
    assert!(matches!(RunFolder::open(run.path()).unwrap_err(), RunError::Busy { .. }));
    let path = run.path().to_owned();
    let waits = thread::spawn({
        let path = path.clone();
        move || RunFolder::open_within(&path, Duration::from_secs(60)).map(drop)
    });
    thread::sleep(Duration::from_millis(20));
    drop(run);
    waits.join().unwrap().unwrap();
    assert!(!is_busy(&path));
    assert!(RunFolder::open(&path).is_ok());
}

#[test]
fn a_folder_that_was_deleted_is_missed_and_not_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("study");
    fs::create_dir(&whole).unwrap();
    let below = Path::new("trials/0000");
    let run = RunFolder::open_or_create(&whole, below, &[(CONFIG, b"")]).unwrap();
    run.must_be_there().unwrap();
    assert!(matches!(RunFolder::open_or_create(&whole, below, &[]), Err(RunError::Busy { .. })));
    fs::remove_dir_all(&whole).unwrap();
    let error = run.must_be_there().unwrap_err();
    assert!(matches!(error, RunError::Deleted { .. }) && error.kind() == kiln_core::ErrorKind::Io);
    assert!(matches!(RunFolder::open_or_create(&whole, below, &[(CONFIG, b"")]), Err(RunError::Io { .. })));
    assert!(!whole.exists());
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let new = NewRun { runs_dir: &file, slug: "x", time: UNIX_EPOCH, config: "", record: &record() };
    assert!(matches!(RunFolder::create(&new).unwrap_err(), RunError::Io { .. }));
}
