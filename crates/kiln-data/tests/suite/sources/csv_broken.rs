//! CSV files that are not well formed.

use std::fs;

use kiln_core::{ErrorKind, Explain};
use tempfile::TempDir;

use super::{csv_config, message};

#[test]
fn broken_csv_files_say_where_and_what() {
    let hundred = format!("a,b\n{}1,x\n,y\noops,x\n", "1,x\n".repeat(100));
    // Each twice: they identify no row.
    let names: String = (0..2002).map(|i| format!("name{},{}\n", i / 2, i % 2)).collect();
    let cases: &[(&[u8], &str)] = &[
        (b"", "t.csv: the file is empty"),
        (b"\n\r\n", "t.csv: the file is empty"),
        (b"\xef\xbb\xbf", "t.csv: the file is empty"),
        (b"a,b\n", "t.csv: the file has a header and no rows"),
        (b"a,b\n1,x\n2,y\n", "t.csv: the file has 2 rows, at least 3 are needed"),
        (b"a,,b\n", "t.csv:1:3: column 2 has no name"),
        (b"a,b,\n", "t.csv:1:5: column 3 has no name"),
        (b"a,\"b\", a\n", "t.csv:1:7: columns 1 and 3 are both called \"a\""),
        (b"\n5.1,3.5,setosa\n", "t.csv:2:1: the first line must name the columns, but \"5.1\" is a number"),
        (b"\xc3\xa4,b\xff\n1,2\n", "t.csv:1:3: column 2 of the header is not UTF-8 text"),
        (b"\xff\xfea\0,\0b\0\n\0", "t.csv: the file has a header and no rows"),
        (b"a,b\n1,\xc3\xa4\n\xc3,y\n", "t.csv:3:1: row 2, column \"a\" is not UTF-8 text"),
        (b"a,b\n1,x\n2\n", "t.csv:3: row 2 has 1 cell, the header has 2"),
        (b"a,b\n1,x\n2,y,z\n", "t.csv:3: row 2 has 3 cells, the header has 2"),
        (b"a,b\n\"1,x\n2\",y,z\n3,w\n", "t.csv:2: row 1 has 3 cells, the header has 2"),
        (b"a,b\n1,\"x\n2,y\n3,z\n", "t.csv:2: a quoted cell that begins in this row never ends"),
        (
            b"a;b\n1,5;x\n2.5;y\n3,5;z\n",
            "t.csv:3:1: row 2, column \"a\" is \"2.5\", a number with a decimal point, where others have a decimal comma",
        ),
        (
            b"a,b\n1.5,x\n\"2,5\",y\n3.5,z\n",
            "t.csv:3:1: row 2, column \"a\" is \"2,5\", a number with a decimal comma, where others have a decimal point",
        ),
        (hundred.as_bytes(), "t.csv:104:1: row 103, column \"a\" is \"oops\", not a number"),
        (b"a,b\n1,x\ninf,y\n3,x\n", "t.csv:3:1: row 2, column \"a\" is \"inf\", not a finite number"),
        (b"a,b\n1,x\n2,y\n-1e309,x\n", "t.csv:4:1: row 3, column \"a\" is \"-1e309\", not a finite number"),
        (b"a,b\n1,x\n2,NaN\n3,y\n", "t.csv: 2 of 3 rows have a target, at least 3 are needed"),
        (
            b"a,b\n1,x\n2,x\n3,x\n",
            "t.csv: every item is of the class \"x\", so there is nothing to tell apart",
        ),
        (
            b"a,b\n1,7\n2,7\n3,7\n",
            "t.csv: every item is of the class \"7\", so there is nothing to tell apart",
        ),
        (
            b"a,b\n,x\nNA,y\n?,x\n",
            "t.csv: there is no column to predict from; left out: a (no value in any row)",
        ),
        (b"a,b\n1,x\n", "t.csv: the file has 1 row, at least 3 are needed"),
        (b"a\n1\n2\n3\n", "t.csv: there is no column to predict from"),
    ];
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("t.csv");
    for (bytes, expected) in cases {
        fs::write(&path, bytes).unwrap();
        let error = csv_config(&path).load().unwrap_err();
        assert_eq!(message(&folder, &error, ErrorKind::Data), *expected);
        assert!(error.help().is_some(), "{error}");
    }
    fs::write(&path, format!("name,b\n{names}")).unwrap();
    let expected = "t.csv: column \"name\" has more than 1000 different texts, too many for categories";
    assert_eq!(message(&folder, &csv_config(&path).load().unwrap_err(), ErrorKind::Data), expected);
}

#[test]
fn weights_that_cannot_be_say_where() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("t.csv");
    let cases = [
        ("", "t.csv:3:3: row 2, column \"w\" is missing, and it is the weight of the row"),
        ("-0.5", "t.csv:3:3: row 2, column \"w\" is -0.5, and a weight must not be negative"),
        ("much", "t.csv:3:3: row 2, column \"w\" is \"much\", not a number"),
        ("inf", "t.csv:3:3: row 2, column \"w\" is \"inf\", not a finite number"),
    ];
    for (weight, expected) in cases {
        fs::write(&path, format!("x,w,y\n1,1,a\n2,{weight},b\n3,1,a\n4,0,b\n")).unwrap();
        let config = kiln_data::DataConfig { weight: Some("w".to_owned()), ..csv_config(&path) };
        let error = config.load().unwrap_err();
        assert_eq!(message(&folder, &error, ErrorKind::Data), expected);
        assert!(error.help().is_some(), "{error}");
    }
}
