//! Reading a corpus.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::alphabet::Alphabet;
use super::config::{Alphabetic, CorpusConfig};
use super::error::CorpusError;
use super::tokens::{of_pieces, of_units};
use crate::{Fingerprint, TokenizerConfig};

/// A corpus, cut into its parts: the last are for the test, those before them for validation.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Corpus {
    /// Where it is from.
    pub path: PathBuf,
    /// Files that it is made of.
    pub files: usize,
    /// BLAKE3 of its bytes.
    pub fingerprint: Fingerprint,
    /// What the training part has.
    pub alphabet: Alphabet,
    /// The tokens of the training, the validation and the test part.
    pub parts: [Vec<u32>; 3],
    /// The bytes of the text that each token stands for, where the token does not say it: of pieces of words.
    pub sizes: Option<[Arc<[u32]>; 3]>,
    /// Where documents begin in each part, rising, without the first; `None` where all is one text.
    pub starts: Option<[Arc<[usize]>; 3]>,
    /// Tokens of the validation and the test part that the training part does not have.
    pub unknown: usize,
}

impl Corpus {
    /// Reads a file, or all files of a folder and of those in it, in the order of their paths, with a line's end between two. `validation` and `test` are
    /// shares as those of a [`DataConfig`](crate::DataConfig).
    ///
    /// ```
    /// use kiln_data::corpus::{Corpus, CorpusConfig};
    ///
    /// let folder = tempfile::tempdir().expect("a temporary folder");
    /// let path = folder.path().join("corpus.txt");
    /// std::fs::write(&path, "to be or not to be ".repeat(10)).expect("a temporary file");
    /// let corpus = Corpus::read(Some(&path), &CorpusConfig::default(), [0.1, 0.0])?;
    /// assert_eq!((corpus.parts[0].len(), corpus.parts[1].len()), (171, 19));
    /// # Ok::<(), kiln_data::corpus::CorpusError>(())
    /// ```
    ///
    /// # Errors
    /// [`CorpusError`].
    pub fn read(path: Option<&Path>, config: &CorpusConfig, shares: [f64; 2]) -> Result<Self, CorpusError> {
        Self::read_pieces(path, config, None, shares)
    }

    /// The same, in the tokens of this tokeniser, which learns from the training part alone. It is for pieces of words. Without one it is [`Corpus::read`].
    ///
    /// # Errors
    /// [`CorpusError`].
    pub fn read_pieces(
        path: Option<&Path>,
        config: &CorpusConfig,
        pieces: Option<&TokenizerConfig>,
        shares: [f64; 2],
    ) -> Result<Self, CorpusError> {
        let path = path.ok_or(CorpusError::NoPath)?;
        let files = files(path)?;
        let is_text = pieces.is_some() || config.tokens == Alphabetic::Characters;
        let (all, starts) = contents(&files, is_text)?;
        let starts = if config.documents { starts } else { Vec::new() };
        // Each file was looked at.
        let text = if is_text { std::str::from_utf8(&all).unwrap_or_default() } else { "" };
        let (alphabet, parts) = match pieces {
            Some(pieces) => of_pieces(pieces, text, &starts, shares)?,
            None => of_units(config.tokens, &all, text, &starts, shares),
        };
        // What the tokens are is a part of what the data are: a tokeniser in a file may have become another one. So is where documents begin.
        let mut own = Vec::new();
        if pieces.is_some() {
            own.push(serde_json::to_vec(&alphabet).unwrap_or_default());
        }
        if config.documents {
            own.push(starts.iter().flat_map(|start| (*start as u64).to_le_bytes()).collect());
        }
        let first = [b"corpus".as_slice(), &all];
        let fingerprint =
            Fingerprint::of_parts(first.into_iter().chain(own.iter().map(|bytes| bytes.as_slice())));
        let unknown = parts.iter().flat_map(|part| &part.tokens).filter(|token| **token == 0).count();
        let sizes = pieces.is_some().then(|| parts.each_ref().map(|part| part.sizes.as_slice().into()));
        let starts = config.documents.then(|| parts.each_ref().map(|part| part.starts.as_slice().into()));
        let (path, files) = (path.to_owned(), files.len());
        let parts = parts.map(|part| part.tokens);
        Ok(Self { path, files, fingerprint, alphabet, parts, sizes, starts, unknown })
    }
}

/// All bytes of these files, with a line's end between two, and where the second begins, and each behind it.
fn contents(files: &[PathBuf], is_text: bool) -> Result<(Vec<u8>, Vec<usize>), CorpusError> {
    let (mut all, mut starts) = (Vec::new(), Vec::new());
    for (index, file) in files.iter().enumerate() {
        let bytes = std::fs::read(file).map_err(|error| CorpusError::Read { path: file.clone(), error })?;
        if is_text {
            std::str::from_utf8(&bytes).map_err(|error| {
                let byte = error.valid_up_to();
                let line = bytes[..byte].iter().filter(|byte| **byte == b'\n').count() + 1;
                CorpusError::NotText { path: file.clone(), byte, line }
            })?;
        }
        if index > 0 {
            all.push(b'\n');
            starts.push(all.len());
        }
        all.extend(bytes);
    }
    Ok((all, starts))
}

/// The file, or those below a folder.
fn files(path: &Path) -> Result<Vec<PathBuf>, CorpusError> {
    let failed = |error| CorpusError::Read { path: path.to_owned(), error };
    if !std::fs::metadata(path).map_err(failed)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        let failed = |error| CorpusError::Read { path: folder.clone(), error };
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
            let is_folder = std::fs::metadata(&path).map_err(failed)?.is_dir();
            match (hidden, is_folder) {
                (true, _) => {}
                (_, true) => folders.push(path),
                (_, false) => found.push(path),
            }
        }
    }
    found.sort();
    if found.is_empty() { Err(CorpusError::NoFile { path: path.to_owned() }) } else { Ok(found) }
}
