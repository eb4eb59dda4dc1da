//! Trainings with two optimisers: `kill -9` inside an epoch, and they go on to the same bits.

#![cfg(unix)]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::common::exact;
use crate::examples::{example, has_fashion_mnist, number};

fn start(name: &str, folder: &Path, arguments: &[&str]) -> Child {
    let path = example(name);
    assert!(path.exists(), "{} is not built: cargo build --release --examples", path.display());
    let mut command = Command::new(path);
    command.arg(folder).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// What a run prints that comes to its end.
fn end(child: Child) -> String {
    let output = child.wait_with_output().unwrap();
    let [text, words] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert!(output.status.success(), "{words}");
    text
}

/// The step of the newest checkpoint.
fn newest(folder: &Path) -> u64 {
    let name = std::fs::read_to_string(folder.join("checkpoints/last")).unwrap_or_default();
    name.trim().trim_start_matches("step-").parse().unwrap_or(0)
}

/// Kills a run with `per_epoch` steps an epoch as soon as there is a checkpoint of step `wanted` or later. Says whether the newest
/// one lies inside an epoch.
fn kill_at(wanted: u64, per_epoch: u64, mut child: Child, folder: &Path) -> bool {
    while newest(folder) < wanted {
        assert!(child.try_wait().unwrap().is_none(), "it ended before step {wanted}");
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    !newest(folder).is_multiple_of(per_epoch)
}

/// What a run prints; it must be what one prints that was killed inside two epochs.
fn survives(name: &str, arguments: &[&str], per_epoch: u64, places: [u64; 2]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir(&path).unwrap();
        path
    };
    let expected = end(start(name, &place("whole"), arguments));
    // A kill may come late on a machine that has other things to do.
    let killed = (0..5).any(|attempt| {
        let own = place(&attempt.to_string());
        let inside = places.map(|step| kill_at(step, per_epoch, start(name, &own, arguments), &own));
        assert_eq!(end(start(name, &own, arguments)), expected, "attempt {attempt}");
        inside == [true, true]
    });
    assert!(killed, "no run was killed inside two epochs");
    expected
}

#[test]
fn a_gan_goes_on_inside_an_epoch() {
    if exact() {
        // 1,293 items in batches of 64.
        let text = survives("dcgan_digits", &[], 21, [10, 50]);
        assert!(text.starts_with("420 steps"), "{text}");
    }
}

#[test]
fn the_gan_is_short() {
    let source = include_str!("../../examples/dcgan_digits.rs");
    let code = source.lines().filter(|line| !line.trim().is_empty() && !line.trim().starts_with("//"));
    assert!(code.count() <= 50);
}

#[test]
fn simsiam_does_not_collapse_and_goes_on_inside_an_epoch() {
    if exact() && has_fashion_mnist() {
        let text = survives("simsiam", &["640", "4"], 5, [3, 12]);
        assert!(number(&text, "nearest neighbour") > 0.5 && number(&text, "spread") > 0.2, "{text}");
    }
}
