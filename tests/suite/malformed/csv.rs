//! CSV files.

use super::Cases;
use crate::common::Place;

#[test]
fn csv_files() {
    let mut cases = Cases::default();
    let place = Place::new();
    let rows = |line: &str| line.repeat(12);
    let good = format!("a,b,kind\n{}{}", rows("1,2,x\n"), rows("3,4,y\n"));
    let files: Vec<(Vec<u8>, &str, i32, &str)> = vec![
        (b"".to_vec(), "", 3, "the file is empty"),
        (b"\n\n\n".to_vec(), "", 3, "empty"),
        (b"a,b,kind\n".to_vec(), "", 3, "the file has a header and no rows"),
        (b"a,b,kind\n1,2,x\n".to_vec(), "", 3, "the file has 1 row, at least 3 are needed"),
        (b"1.5,2.5,x\n1,2,x\n3,4,y\n5,6,x\n".to_vec(), "", 3, "the first line must name the columns"),
        (b"a,a,kind\n1,2,x\n3,4,y\n5,6,x\n".to_vec(), "", 3, "columns 1 and 2 are both called \"a\""),
        (b"a,,kind\n1,2,x\n3,4,y\n5,6,x\n".to_vec(), "", 3, "column 2 has no name"),
        (format!("{good}1,2\n").into_bytes(), "", 3, "row 25 has 2 cells, the header has 3"),
        (format!("{good}1,2,3,4\n").into_bytes(), "", 3, "row 25 has 4 cells, the header has 3"),
        (format!("{good}1,\"2,x\n").into_bytes(), "", 3, "never ends"),
        (
            [good.as_bytes(), b"1,\xff\xfe,x\n"].concat(),
            "",
            3,
            "row 25, column \"b\" is \"ÿþ\", not a number",
        ),
        (
            format!("{good}inf,2,x\n").into_bytes(),
            "",
            3,
            "row 25, column \"a\" is \"inf\", not a finite number",
        ),
        (
            format!("{good}1,1e999,x\n").into_bytes(),
            "",
            3,
            "row 25, column \"b\" is \"1e999\", not a finite number",
        ),
        (
            format!("{good}1,2,\n").into_bytes(),
            "data.missing_target=error",
            3,
            "row 25, column \"kind\" is missing, and it is the target",
        ),
        (format!("a,b,kind\n{}", rows("1,2,x\n")).into_bytes(), "", 3, "every item is of the class \"x\""),
        (
            format!("a,kind\n{}{}", rows(",x\n"), rows(",y\n")).into_bytes(),
            "",
            3,
            "there is no column to predict from",
        ),
        (
            format!("kind\n{}{}", rows("x\n"), rows("y\n")).into_bytes(),
            "",
            3,
            "there is no column to predict from",
        ),
        (good.clone().into_bytes(), "data.target=[\"knd\"]", 2, "names the column \"knd\""),
        (good.clone().into_bytes(), "data.ignore=[\"c\"]", 2, "names the column \"c\""),
        (
            good.clone().into_bytes(),
            "data.target=[\"a\"] data.ignore=[\"a\"]",
            2,
            "is in data.target and in data.ignore",
        ),
        (
            good.clone().into_bytes(),
            "data.target=[\"a\",\"b\"] data.task=classification",
            2,
            "only regression and multi-label predict several",
        ),
        (
            good.clone().into_bytes(),
            "data.task=regression",
            3,
            "row 1, column \"kind\" is \"x\", not a number",
        ),
        (vec![0; 4096], "", 3, "my.csv"),
        ([b"a,b,kind\n".to_vec(), vec![b'1'; 5 << 20]].concat(), "", 3, "longer than"),
    ];
    for (bytes, arguments, code, piece) in files {
        place.write("my.csv", bytes);
        cases.fails(&place, &format!("train data.source=csv --data my.csv {arguments}"), code, piece);
    }
    cases.fails(&place, "train data.source=csv --data .", 3, "is not a regular file");
    cases.fails(&place, "train data.source=csv --data nothing.csv", 3, "nothing.csv does not exist");
    cases.end(26);
}
