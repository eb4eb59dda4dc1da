//! The texts that a language model has written while it was trained, kept with the run.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use kiln_core::file;
use serde::{Deserialize, Serialize};

use crate::error::RunError;
use crate::run::SAMPLES;

/// A text that a language model wrote while it was trained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Written {
    /// After how many steps, from 1.
    pub step: u64,
    /// Which of those that it wrote then, from 0.
    pub number: u64,
    /// The text. Bytes that are no UTF-8 are U+FFFD.
    pub text: String,
}

/// Adds a text to those of the run in `folder`.
pub(super) fn keep(folder: &Path, step: u64, number: u64, text: &str) -> io::Result<()> {
    let mut line = serde_json::to_vec(&Written { step, number, text: text.to_owned() })?;
    line.push(b'\n');
    let path = folder.join(SAMPLES);
    let file = OpenOptions::new().create(true).append(true).open(&path);
    let said =
        |error: io::Error| io::Error::new(error.kind(), format!("cannot write {}: {error}", path.display()));
    file.and_then(|mut file| file.write_all(&line)).map_err(said)
}

/// The texts that the language model of the run in `folder` has written so far, the oldest first; none of another run. Of a step that was
/// taken twice, because the run went on from before it, the newest counts, and so does whatever was written in whole lines.
///
/// # Errors
/// [`RunError::Io`] when the file cannot be read.
pub fn written(folder: &Path) -> Result<Vec<Written>, RunError> {
    let path = folder.join(SAMPLES);
    let bytes = match file::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(RunError::read(&path)(error)),
    };
    let mut all: Vec<Written> = Vec::new();
    for found in
        bytes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Written>(line).ok())
    {
        // What was written after this step was written by a training that is no more.
        all.retain(|known| (known.step, known.number) < (found.step, found.number));
        all.push(found);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_training_that_goes_on_takes_the_place_of_what_is_no_more() {
        let folder = tempfile::tempdir().unwrap();
        assert!(written(folder.path()).unwrap().is_empty());
        for (step, number, text) in [(4, 0, "a"), (4, 1, "b\n\"c\""), (8, 0, "d"), (12, 0, "e"), (8, 0, "f")]
        {
            keep(folder.path(), step, number, text).unwrap();
        }
        // A line that a kill cut off.
        let mut file = OpenOptions::new().append(true).open(folder.path().join(SAMPLES)).unwrap();
        file.write_all(b"{\"step\":8,\"nu").unwrap();
        let found = written(folder.path()).unwrap();
        let found: Vec<(u64, &str)> = found.iter().map(|found| (found.step, found.text.as_str())).collect();
        assert_eq!(found, [(4, "a"), (4, "b\n\"c\""), (8, "f")]);
    }
}
