//! What data there is to train on: the readers, and what `kiln data list` says of them.

use std::path::Path;

use super::reader::{Reader, SourceInfo};
use super::{bundled, corpus, csv, fashion_mnist, idx, images, series, texts, typed};

/// All readers, in the order of `kiln data list`: sets first, then formats. A new reader is a line here. Of two that
/// recognise a path, the first is taken.
pub(super) fn readers() -> impl Iterator<Item = &'static dyn Reader> {
    let sets = bundled::SETS.iter().map(|set| set as &dyn Reader);
    // Before CSV, which takes what is called otherwise for new rows.
    let typed = typed::FORMATS.iter().map(|format| format as &dyn Reader);
    // Before images, which take any other folder.
    let others: [&dyn Reader; 6] = [
        &csv::Csv,
        &idx::Idx,
        &series::TsArchive,
        &texts::TextFolder,
        &images::ImageFolder,
        &corpus::CorpusReader,
    ];
    sets.chain([&fashion_mnist::FashionMnist as &dyn Reader]).chain(typed).chain(others)
}

/// Everything that `data.source` can name: sets first, then formats.
pub fn catalog() -> Vec<SourceInfo> {
    readers().map(Reader::info).collect()
}

/// The value of `data.source` for a file or folder; `None` when it looks like nothing that can be read.
///
/// ```
/// use std::path::Path;
/// assert_eq!(kiln_data::source::recognise(Path::new("wine.csv")), Some("csv"));
/// assert_eq!(kiln_data::source::recognise(Path::new("wine.xyz")), None);
/// ```
pub fn recognise(path: &Path) -> Option<&'static str> {
    readers().find(|reader| reader.recognises(path)).map(|reader| reader.info().name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::source::Availability;
    use crate::{Broken, DataConfig, Decimal, ImageSize, MissingTarget, Resize, TaskKind};

    #[test]
    fn every_setting_of_a_reader_is_a_key_and_every_such_key_has_a_reader() {
        let all = DataConfig {
            path: Some("x".into()),
            target: vec!["y".to_owned()],
            task: Some(TaskKind::Regression),
            ignore: vec!["id".to_owned()],
            weight: Some("w".to_owned()),
            cache: Some("c".into()),
            cache_limit: Some(1.0),
            images: Some("i".into()),
            text: Some("t".to_owned()),
            tokenizer: Some(crate::TokenizerConfig::default()),
            longest: Some(9),
            series: Some("s".to_owned()),
            wide: true,
            horizon: Some(2),
            window: Some(3),
            stride: Some(2),
            gap: Some(1),
            uneven: Some(crate::Uneven::Keep),
            size: Some(ImageSize::Side(8)),
            resize: Some(Resize::Stretch),
            crop: Some(ImageSize::Side(7)),
            broken: Some(Broken::Skip),
            missing: Some(vec!["-999".to_owned()]),
            decimal: Some(Decimal::Comma),
            categorical: vec!["c".to_owned()],
            numeric: vec!["n".to_owned()],
            missing_target: MissingTarget::Error,
            day_first: Some(true),
            group: Some("g".to_owned()),
            time: Some("t".to_owned()),
            validation_path: Some("v".into()),
            test_path: Some("t".into()),
            ..DataConfig::new("csv")
        };
        let of_readers: BTreeSet<&str> =
            catalog().iter().flat_map(|source| source.settings).copied().collect();
        assert_eq!(of_readers, all.of_readers().collect());
        let stored = serde_json::to_value(&all).unwrap();
        for key in of_readers {
            let name = key.strip_prefix("data.").unwrap();
            assert!(stored.get(name).is_some(), "{key} is no setting");
        }
    }

    #[test]
    fn names_are_unique_and_formats_need_a_path() {
        let sources = catalog();
        let names: BTreeSet<&str> = sources.iter().map(|source| source.name).collect();
        assert_eq!(names.len(), sources.len());
        for source in sources.iter().filter(|source| source.availability == Availability::NeedsPath) {
            assert!(source.settings.contains(&"data.path"), "{}", source.name);
            // A corpus is no data set, with a path or without.
            if source.name == "corpus" {
                continue;
            }
            let error = DataConfig::new(source.name).load().unwrap_err().to_string();
            assert_eq!(error, format!("the data source {} needs a path", source.name));
        }
    }

    #[test]
    fn files_and_folders_are_recognised() {
        let folder = tempfile::TempDir::new().unwrap();
        assert_eq!(recognise(folder.path()), Some("images"));
        std::fs::write(folder.path().join("train-images-idx3-ubyte.gz"), "").unwrap();
        assert_eq!(recognise(folder.path()), Some("idx"));
        let texts = tempfile::TempDir::new().unwrap();
        for file in ["good/1.txt", "bad/1.txt"] {
            let path = texts.path().join(file);
            std::fs::create_dir(path.parent().unwrap()).unwrap();
            std::fs::write(path, "a text").unwrap();
        }
        assert_eq!(recognise(texts.path()), Some("texts"));
        let table = folder.path().join("table.csv");
        assert_eq!(recognise(&table), Some("csv"));
        std::fs::create_dir(&table).unwrap();
        assert_eq!(recognise(&table), Some("images"));
        assert_eq!(recognise(&folder.path().join("T.TSV")), Some("csv"));
        assert_eq!(recognise(&folder.path().join("t.csv.gz")), Some("csv"));
        assert_eq!(recognise(&folder.path().join("t.tsv.zst")), Some("csv"));
        assert_eq!(recognise(&folder.path().join("t.gz")), None);
        assert_eq!(recognise(&folder.path().join("notes.txt")), None);
    }
}
