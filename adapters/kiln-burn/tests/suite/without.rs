//! What the library alone leaves out says which feature has it.

use kiln_core::{Explain, Seed};
use kiln_data::{DataConfig, Prepared};

#[test]
fn a_table_in_utf_16_names_the_feature() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.csv");
    let text: Vec<u8> = "a,b\n1,2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(&path, [b"\xff\xfe".as_slice(), &text].concat()).unwrap();
    let config = DataConfig { path: Some(path), target: vec!["b".to_owned()], ..DataConfig::new("csv") };
    let error = Prepared::load(&config, Seed::new(0)).unwrap_err();
    assert!(error.to_string().contains("UTF-16"), "{error}");
    assert!(error.help().unwrap().contains("feature encodings"), "{:?}", error.help());
}
