//! Reading a corpus.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::alphabet::Alphabet;
use super::config::{Alphabetic, CorpusConfig};
use super::error::CorpusError;
use super::tokens::{Part, of_pieces};
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
        let all = contents(&files, is_text)?;
        // Each file was looked at.
        let text = if is_text { std::str::from_utf8(&all).unwrap_or_default() } else { "" };
        let (alphabet, parts) = match pieces {
            Some(config) => {
                let [train, rest] = cut(text.chars().count(), shares)
                    .map(|place| text.char_indices().nth(place).map_or(text.len(), |(place, _)| place));
                of_pieces(config, [&text[..train], &text[train..rest], &text[rest..]])?
            }
            None => {
                let units: Vec<u32> = match config.tokens {
                    Alphabetic::Bytes => all.iter().map(|&byte| u32::from(byte)).collect(),
                    Alphabetic::Characters => text.chars().map(u32::from).collect(),
                };
                let [train, rest] = cut(units.len(), shares);
                let alphabet = Alphabet::of(config.tokens, units[..train].iter().copied());
                let encode = |part: &[u32]| Part {
                    tokens: part.iter().map(|&unit| alphabet.token(unit)).collect(),
                    sizes: Vec::new(),
                };
                let parts = [&units[..train], &units[train..rest], &units[rest..]].map(encode);
                (alphabet, parts)
            }
        };
        // What the tokens are is a part of what the data are: a tokeniser in a file may have become another one.
        let own =
            if pieces.is_some() { serde_json::to_vec(&alphabet).unwrap_or_default() } else { Vec::new() };
        let fingerprint = Fingerprint::of_parts(
            [b"corpus".as_slice(), &all, &own].into_iter().take(2 + usize::from(pieces.is_some())),
        );
        let unknown = parts.iter().flat_map(|part| &part.tokens).filter(|token| **token == 0).count();
        let sizes = pieces.is_some().then(|| parts.each_ref().map(|part| part.sizes.as_slice().into()));
        let parts = parts.map(|part| part.tokens);
        Ok(Self { path: path.to_owned(), files: files.len(), fingerprint, alphabet, parts, sizes, unknown })
    }
}

/// Where the training part ends, and the validation part, of so many characters or bytes.
fn cut(units: usize, [validation, test]: [f64; 2]) -> [usize; 2] {
    let for_test = (units as f64 * test).round() as usize;
    let rest = units - for_test;
    let for_validation = (rest as f64 * validation).round() as usize;
    [rest - for_validation, rest]
}

/// All bytes of these files, with a line's end between two.
fn contents(files: &[PathBuf], is_text: bool) -> Result<Vec<u8>, CorpusError> {
    let mut all = Vec::new();
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
        }
        all.extend(bytes);
    }
    Ok(all)
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
