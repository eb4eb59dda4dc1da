mod golden;

use std::fs;

use tempfile::NamedTempFile;

use super::*;
use crate::cache::CacheFolder;
use crate::cell::{Decimal, Marks};
use crate::source::table::{Fill, Keep, Survey, fill, fill_or_keep};
use crate::{DataConfig, Values};

fn file(bytes: impl AsRef<[u8]>) -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    fs::write(file.path(), bytes).unwrap();
    file
}

/// The names, the texts of all columns, and how the file is written.
fn read(bytes: impl AsRef<[u8]>) -> (Vec<String>, Vec<Vec<String>>, String) {
    let file = file(bytes);
    let csv = CsvFile::open(file.path()).unwrap();
    let names = csv.names().to_vec();
    let survey = Survey::of(&csv, &vec![true; names.len()], Marks::new(Some(&[]))).unwrap();
    let fills: Vec<Fill> = names.iter().map(|_| Fill::Texts).collect();
    let texts = fill(&csv, &survey, &fills).unwrap().into_iter().map(|values| match values {
        Some(Values::Categorical { codes, names }) => {
            codes.iter().map(|code| names.get(*code as usize).cloned().unwrap_or_default()).collect()
        }
        other => panic!("{other:?}"),
    });
    (names, texts.collect(), csv.dialect().join(", "))
}

fn error(bytes: impl AsRef<[u8]>) -> String {
    let file = file(bytes);
    let survey = |csv: CsvFile| Survey::of(&csv, &vec![true; csv.names().len()], Marks::default());
    let error = CsvFile::open(file.path()).and_then(survey).unwrap_err().to_string();
    error.replace(&file.path().display().to_string(), "t")
}

#[test]
fn one_table_is_read_from_every_dress() {
    let plain = "id,name,x\n1,Zoë,1.5\n2,\"a, b\",\n3,\"say \"\"hi\"\"\",2.5\n";
    let expected = read(plain);
    assert_eq!(expected.0, ["id", "name", "x"]);
    assert_eq!(expected.1[1], ["Zoë", "a, b", "say \"hi\""]);
    assert_eq!((expected.1[2].join("|"), expected.2.as_str()), ("1.5||2.5".to_owned(), ""));
    let utf16 = |bytes: fn(u16) -> [u8; 2], mark: &[u8]| {
        [mark, &plain.encode_utf16().flat_map(bytes).collect::<Vec<u8>>()].concat()
    };
    let latin: Vec<u8> = plain.chars().map(|letter| letter as u8).collect();
    for (bytes, dialect) in [
        (format!("\u{feff}{plain}").into_bytes(), ""),
        (plain.replace('\n', "\r\n").into_bytes(), ""),
        (plain.replace('\n', "\r").into_bytes(), ""),
        (format!("\n# by hand\n\n{plain}").into_bytes(), ""),
        (plain.replace("2,\"a", "# a comment\n\n2,\"a").into_bytes(), "1 comment line among the rows"),
        (utf16(u16::to_le_bytes, b"\xff\xfe"), "UTF-16"),
        (utf16(u16::to_be_bytes, b"\xfe\xff"), "UTF-16"),
        (utf16(u16::to_le_bytes, b""), "UTF-16"),
        (latin, "Windows-1252 (Latin-1)"),
    ] {
        let found = read(&bytes);
        assert_eq!((&found.0, &found.1), (&expected.0, &expected.1), "{bytes:?}");
        assert_eq!(found.2, dialect);
    }
}

#[test]
fn letters_of_windows_1252_are_found_wherever_they_come() {
    let rows = "1,plain\n".repeat(200_000);
    let mut bytes = format!("id,name\n{rows}").into_bytes();
    bytes.extend_from_slice(b"2,Z\xfcrich \x80\n");
    let (_, texts, dialect) = read(&bytes);
    assert_eq!((texts[1].len(), texts[1][200_000].as_str()), (200_001, "Zürich €"));
    assert_eq!(dialect, "Windows-1252 (Latin-1)");
    // A letter in UTF-8 before it: then the byte is an error.
    let mut mixed = format!("id,name\n0,Zürich\n{rows}").into_bytes();
    mixed.extend_from_slice(b"2,Z\xfcrich\n");
    assert_eq!(error(&mixed), "t:200003:3: row 200002, column \"name\" is not UTF-8 text");
}

#[test]
fn what_is_no_table_of_text_says_so() {
    for (bytes, expected) in [
        (&b"a,b\n1,\0\n"[..], "t:2: this is not text: there is a zero byte in the line"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "t:3: this is not text: there is a zero byte in the line"),
        (b"# only a comment\n", "t: the file is empty"),
        (b"\"a,b\n1,2\n", "t:1: a quoted cell that begins in this row never ends"),
        (b"\xff\xfea\0,\0b\0\n\0\0\xd8\n\0", "t: the file is not whole: half of a letter of UTF-16 (UTF-16)"),
        (b"\x1f\x8b\x08\0\0\0\0\0", "t: the file is not whole: "),
        (b"\x28\xb5\x2f\xfd\0", "t: the file is not whole: "),
    ] {
        let found = error(bytes);
        assert!(found.starts_with(expected), "{bytes:?}: {found}");
    }
}

#[test]
fn an_index_and_empty_ends_are_no_columns_of_their_own() {
    let (names, texts, _) = read("a b\nr1 1 2\nr2 3 4\nr3 5 6\n");
    assert_eq!((names.join("|"), texts[0].join("|")), ("|a|b".to_owned(), "r1|r2|r3".to_owned()));
    let (names, texts, _) = read("a,b,,\n1,2,,\n3,4\n5,6,,\n");
    assert_eq!((names.join("|"), texts[1].join("|")), ("a|b".to_owned(), "2|4|6".to_owned()));
    let rows = "1,2,\n".repeat(300);
    let text = error(format!("a,b,\n{rows}1,2,x\n"));
    assert_eq!(text, "t:302: row 301 has 3 cells, the header has 2");
}

#[test]
fn a_file_that_is_no_longer_the_same_is_an_error() {
    let file = file("a,b\n1,2\n3,4\n");
    let csv = CsvFile::open(file.path()).unwrap();
    let survey = Survey::of(&csv, &[true, true], Marks::default()).unwrap();
    for changed in ["a,c\n1,2\n3,4\n", "a,b\n1,2\n", "a,b\n1,2\n3,4\n5,6\n", "a,b\n1,2\nx,4\n"] {
        fs::write(file.path(), changed).unwrap();
        let fills = [Fill::Numbers(Decimal::Point), Fill::Skip];
        let error = fill(&csv, &survey, &fills).unwrap_err().to_string();
        assert!(error.ends_with("changed while it was read"), "{changed:?}: {error}");
    }
}

#[cfg(unix)]
#[test]
fn columns_that_go_to_disk_are_those_of_memory() {
    // Several blocks, so that several threads have codes of their own.
    let word = |row: usize| ["pear", "NA", "apple", "", "fig"][(row / 7 + row % 3) % 5];
    let line = |row: usize| {
        format!("{},{},{},{}\n", row as f64 / 3.0, word(row), row % 11, word(row + row / 30_000))
    };
    let text: String = (0..150_000).map(line).collect();
    let file = file(format!("x,word,y,other\n{text}"));
    let place = tempfile::tempdir().unwrap();
    let config = DataConfig { cache: Some(place.path().to_owned()), ..DataConfig::new("csv") };
    let cache = CacheFolder::of(&config).unwrap().unwrap();
    let csv = CsvFile::open(file.path()).unwrap();
    let survey = Survey::of(&csv, &[true; 4], Marks::default()).unwrap();
    let fills = [Fill::Numbers(Decimal::Point), Fill::Texts, Fill::Numbers(Decimal::Point), Fill::Texts];
    let held = fill(&csv, &survey, &fills).unwrap();
    let keep = |held| Keep { cache: &cache, columns: vec![true, true, false, true], held };
    let found = fill_or_keep(&csv, &survey, &fills, Some(&keep(1000))).unwrap();
    for (column, (found, held)) in found.iter().zip(&held).enumerate() {
        let found = found.as_ref().unwrap();
        assert_eq!(matches!(found, Values::Stored(_)), column != 2);
        assert_eq!(&*found.loaded().unwrap(), held.as_ref().unwrap());
    }
    // What is no more than may be held stays in memory.
    assert_eq!(fill_or_keep(&csv, &survey, &fills, Some(&keep(1 << 30))).unwrap(), held);
}
