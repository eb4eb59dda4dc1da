//! The files that a table names, below a folder.

use std::path::{Path, PathBuf};

use super::folder::EXTENSIONS;

/// Finds the files that the texts of a column name.
#[derive(Debug)]
pub(crate) struct NamedFiles<'a> {
    folder: &'a Path,
    /// What was added to the last text that named a file without its extension.
    added: Option<String>,
}

impl<'a> NamedFiles<'a> {
    /// Below `folder`; an absolute path is what it is.
    pub(crate) fn below(folder: &'a Path) -> Self {
        Self { folder, added: None }
    }

    /// The file that a text names: as it is written, with `/` for `\`, or with the extension of an image added to it. Where there is none,
    /// the path as it is written.
    pub(crate) fn find(&mut self, text: &str) -> Result<PathBuf, PathBuf> {
        let path = self.folder.join(text);
        if text.is_empty() {
            return Err(path);
        }
        let unix = text.contains('\\').then(|| text.replace('\\', "/"));
        for text in [Some(text), unix.as_deref()].into_iter().flatten() {
            let path = self.folder.join(text);
            if path.is_file() {
                return Ok(path);
            }
            let upper = EXTENSIONS.iter().map(|extension| extension.to_uppercase());
            let all = EXTENSIONS.iter().map(|extension| (*extension).to_owned()).chain(upper);
            for extension in self.added.clone().into_iter().chain(all) {
                let mut name = path.clone().into_os_string();
                name.push(format!(".{extension}"));
                let path = PathBuf::from(name);
                if path.is_file() {
                    self.added = Some(extension);
                    return Ok(path);
                }
            }
        }
        Err(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_names_a_file_with_or_without_its_extension() {
        let folder = tempfile::TempDir::new().unwrap();
        std::fs::create_dir(folder.path().join("a")).unwrap();
        for name in ["a/1.jpg", "a/2.PNG", "3"] {
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        let mut files = NamedFiles::below(folder.path());
        let mut found = |text: &str| {
            files.find(text).map(|path| path.strip_prefix(folder.path()).unwrap().display().to_string())
        };
        for (text, name) in [
            ("a/1.jpg", "a/1.jpg"),
            ("a/1", "a/1.jpg"),
            ("a\\2.PNG", "a/2.PNG"),
            ("./a/2", "a/2.PNG"),
            ("3", "3"),
        ] {
            assert_eq!(found(text).map(|path| path.replace("./", "")), Ok(name.to_owned()), "{text}");
        }
        for text in ["a/3", "", "a", "1"] {
            assert!(found(text).is_err(), "{text}");
        }
        let absolute = folder.path().join("3").display().to_string();
        assert!(NamedFiles::below(Path::new("/nowhere")).find(&absolute).is_ok());
    }
}
