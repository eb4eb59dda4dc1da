//! A store in a folder.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kiln_work::{FolderStore, Store, StoreError};

use crate::laws;

fn open(folder: &Path, milliseconds: u64) -> Arc<dyn Store> {
    Arc::new(FolderStore::open(folder, Duration::from_millis(milliseconds)).unwrap())
}

#[test]
fn one_worker_and_one_result() {
    let folder = tempfile::tempdir().unwrap();
    laws::a_unit_has_one_worker_and_one_result(&|lease| open(folder.path(), lease));
}

#[test]
fn leases_run_out() {
    let folder = tempfile::tempdir().unwrap();
    laws::a_lease_runs_out_unless_it_is_renewed(&|lease| open(folder.path(), lease));
}

#[test]
fn given_back_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    laws::a_unit_is_given_back_when_its_worker_is_asked_to_stop(&|lease| open(folder.path(), lease));
}

#[test]
fn many_at_once() {
    let folder = tempfile::tempdir().unwrap();
    laws::nothing_is_lost_and_nothing_twice(&|lease| open(folder.path(), lease), 8, 120);
    let names = |name: &str| -> Vec<String> {
        let entries = fs::read_dir(folder.path().join(name)).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    assert_eq!(names("results").len(), 120, "nothing but results is left there");
    assert!(names("leases").iter().all(|name| !name.starts_with('.')));
}

/// On one machine nobody waits for a worker that is gone.
#[cfg(target_os = "linux")]
#[test]
fn a_worker_that_is_gone_is_found_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (gone, alive, other) =
        (open(folder.path(), 60_000), open(folder.path(), 60_000), open(folder.path(), 60_000));
    gone.take(0..1).unwrap().unwrap();
    alive.take(1..2).unwrap().unwrap();
    assert_eq!(other.take(0..2).unwrap(), None);
    drop(gone);
    let began = Instant::now();
    assert_eq!(other.take(0..2).unwrap().unwrap().unit, 0);
    assert_eq!(other.take(0..2).unwrap(), None);
    assert!(began.elapsed() < Duration::from_secs(5));
}

/// A worker of another machine: its lock, which this one could have, says nothing.
#[cfg(target_os = "linux")]
#[test]
fn a_lock_of_another_machine_says_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (away, here) = (open(folder.path(), 700), open(folder.path(), 700));
    let lease = away.take(0..1).unwrap().unwrap();
    drop(away);
    let path = folder.path().join("leases/000000-0001");
    let mut file: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!(file["token"], lease.token.as_str());
    file["boot"] = "another machine".into();
    fs::write(&path, serde_json::to_vec(&file).unwrap()).unwrap();
    let began = Instant::now();
    laws::wait_for(|| here.take(0..1).unwrap());
    assert!(began.elapsed() >= Duration::from_millis(600), "{:?}", began.elapsed());
}

#[test]
fn what_is_damaged_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), 60_000);
    fs::write(folder.path().join("results/000004"), "half").unwrap();
    let error = store.results(0, &[]).unwrap_err();
    assert!(matches!(&error, StoreError::Damaged { .. }), "{error}");
    assert!(error.to_string().contains("results/000004 is damaged"), "{error}");
    // What is none of the store's is passed over.
    fs::remove_file(folder.path().join("results/000004")).unwrap();
    fs::write(folder.path().join("results/notes.txt"), "mine").unwrap();
    fs::write(folder.path().join("leases/notes-1"), "mine").unwrap();
    assert_eq!(store.results(0, &[]).unwrap(), []);
    assert_eq!(store.take(0..1).unwrap().unwrap().unit, 0);
    assert!(FolderStore::open(&folder.path().join("none"), Duration::from_secs(1)).is_err());
}

/// A power cut may tear a lease, which is not synced.
#[test]
fn a_torn_lease_runs_out() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), 200);
    let lease = store.take(3..4).unwrap().unwrap();
    fs::write(folder.path().join("leases/000003-0001"), "").unwrap();
    let other = open(folder.path(), 200);
    assert!(other.take(3..4).unwrap().is_none());
    std::thread::sleep(Duration::from_millis(250));
    let again = other.take(3..4).unwrap().unwrap();
    assert_eq!((again.unit, again.generation), (lease.unit, 2));
}
