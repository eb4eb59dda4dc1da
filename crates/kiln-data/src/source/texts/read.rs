//! One text a file.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::problem::TextProblem;
use crate::source::files::open;
use crate::{DataError, Texts};

/// The most bytes of a text.
const MOST: u64 = 16 << 20;

/// The texts of these files.
///
/// # Errors
/// The first that cannot be read, is too long or is no UTF-8.
pub(super) fn read(files: &[PathBuf]) -> Result<Texts, DataError> {
    let texts = files.iter().map(|path| text(path)).collect::<Result<Vec<_>, _>>()?;
    Ok(Texts::new(texts))
}

fn text(path: &Path) -> Result<String, DataError> {
    let (mut file, length) = open(path)?;
    if length > MOST {
        return Err(DataError::text(path, TextProblem::TooLong { bytes: length, most: MOST }));
    }
    let mut bytes = Vec::new();
    file.by_ref().take(MOST).read_to_end(&mut bytes).map_err(|error| DataError::read(path, error))?;
    let start = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    match std::str::from_utf8(&bytes[start..]) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let byte = start + error.valid_up_to() + 1;
            Err(DataError::text(path, TextProblem::NotUtf8 { byte }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_utf_8_without_its_mark() {
        let folder = tempfile::tempdir().unwrap();
        let read = |bytes: &[u8]| {
            let path = folder.path().join("a.txt");
            std::fs::write(&path, bytes).unwrap();
            read(&[path]).map(|texts| texts.text(0).to_owned()).map_err(|error| error.to_string())
        };
        assert_eq!(read("\u{feff}caf\u{e9}\n".as_bytes()).unwrap(), "café\n");
        assert_eq!(read(b"").unwrap(), "");
        assert!(read(b"caf\xe9").unwrap_err().ends_with("byte 4 belongs to no character"));
        assert!(read(b"\xff\xfea\0").unwrap_err().contains("byte 1"));
    }
}
