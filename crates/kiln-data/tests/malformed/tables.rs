//! Tables that are no CSV: the golden files, and what is made of them.

use std::path::Path;

use super::cases::Case;

/// Those that this build reads.
pub(crate) fn whole() -> Vec<Case> {
    let mut names = vec!["table.jsonl"];
    if cfg!(feature = "numpy") {
        names.extend(["matrix.npy", "fortran.npy", "records.npy", "stored.npz", "packed.npz"]);
    }
    if cfg!(feature = "parquet") {
        names.extend(["table.parquet", "packed.parquet", "table.feather", "plain.arrow", "packed.arrow"]);
    }
    if cfg!(feature = "xlsx") {
        names.push("table.xlsx");
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/formats");
    names.into_iter().map(|name| Case::whole(name, std::fs::read(folder.join(name)).unwrap())).collect()
}

pub(crate) fn special(case: &Case) -> Vec<Case> {
    match case.name.rsplit('.').next().unwrap() {
        "jsonl" => lines(case),
        "npy" => arrays(case),
        "npz" | "xlsx" => zipped(case).into_iter().chain(workbooks(case)).collect(),
        "parquet" => parquet(case),
        "feather" | "arrow" => feather(case),
        _ => Vec::new(),
    }
}

/// What no format of tables is.
fn others(case: &Case) -> Vec<Case> {
    vec![
        case.refused("a page of the web", b"<html><body>404 Not Found</body></html>\n".to_vec()),
        case.refused("zeros", vec![0; 4096]),
        case.refused("a byte before it", [b"x", &case.bytes[..]].concat()),
    ]
}

fn lines(case: &Case) -> Vec<Case> {
    let of = |what: &str, line: &[u8]| case.refused(what, [&case.bytes[..], line, b"\n"].concat());
    let many: String = (0..70_000).map(|i| format!("\"c{i}\":1,")).collect();
    let mut cases = others(case);
    cases.extend([
        of("a list", b"[1, 2]"),
        of("a number", b"7"),
        of("half an object", b"{\"whole\": 1"),
        of("two objects in a line", b"{\"whole\": 1}{\"whole\": 2}"),
        of("a list in a cell", b"{\"whole\": [1]}"),
        of("an object in a cell", b"{\"whole\": {\"a\": 1}}"),
        of("no UTF-8", b"{\"whole\": \"\xff\"}"),
        of("a control character", b"{\"whole\": \"\x01\"}"),
        of("half a surrogate", b"{\"whole\": \"\\ud83d\"}"),
        of("a number beyond all", b"{\"whole\": 1e999}"),
        of("NaN", b"{\"whole\": NaN}"),
        of("a comment", b"# whole"),
        of("two commas", b"{\"whole\": 1,,\"price\": 2}"),
        of("nested too deep", &[b"{\"whole\":", &vec![b'['; 1 << 20][..]].concat()),
        of("a line of 5 MiB", &[b"{\"whole\":\"", &vec![b'x'; 5 << 20][..], b"\"}"].concat()),
        of("70,000 keys", format!("{{{}\"whole\":1}}", many).as_bytes()),
        case.refused("nothing", Vec::new()),
        case.refused("blank lines", b"\n \n\t\n".to_vec()),
        case.refused("two rows", b"{\"whole\":1,\"a\":2}\n{\"whole\":2,\"a\":3}\n".to_vec()),
    ]);
    cases
}

/// A header of an array with these items.
fn array(header: &str, items: &[u8]) -> Vec<u8> {
    let length = header.len() as u16;
    [b"\x93NUMPY\x01\x00", &length.to_le_bytes()[..], header.as_bytes(), items].concat()
}

fn arrays(case: &Case) -> Vec<Case> {
    if case.name != "matrix.npy" {
        return Vec::new();
    }
    let mut cases = others(case);
    cases.push(case.refused("a byte behind it", [&case.bytes[..], b"x"].concat()));
    let of = |descr: &str, order: &str, shape: &str| {
        format!("{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n")
    };
    for (what, header) in [
        ("no header", String::new()),
        ("no dict", "3".to_owned()),
        ("no shape", "{'descr': '<f8', 'fortran_order': False}".to_owned()),
        ("half a dict", "{'descr': '<f8', ".to_owned()),
        ("nested lists", "[".repeat(60_000)),
        ("nested dicts", "{'a': ".repeat(10_000)),
        ("no rows", of("'<f8'", "False", "()")),
        ("three dimensions", of("'<f8'", "False", "(2, 2, 2)")),
        ("a negative shape", of("'<f8'", "False", "(-4, 1)")),
        ("a shape of texts", of("'<f8'", "False", "('4', '1')")),
        ("no order", of("'<f8'", "7", "(4, 1)")),
        ("objects", of("'|O'", "False", "(2, 2)")),
        ("complex numbers", of("'<c16'", "False", "(2, 1)")),
        ("numbers of 16 bytes", of("'<f16'", "False", "(2, 1)")),
        ("no type", of("'<q8'", "False", "(2, 2)")),
        ("no letters", of("''", "False", "(2, 2)")),
        ("too many rows", of("'<f8'", "False", "(9999999999, 1)")),
        ("too many rows, by column", of("'<f8'", "True", "(9999999999, 2)")),
        ("rows beyond counting", of("'<f8'", "False", "(9999999999999999999, 9999999999)")),
        ("rows beyond 64 bits", of("'<f8'", "False", "(99999999999999999999999, 1)")),
        ("rows without bytes", of("'<f8'", "False", "(9999999999999999999, 0)")),
        ("items without bytes", of("'|S0'", "False", "(9999999999999999999, 1)")),
        ("too many columns", of("'|b1'", "False", "(1, 999999)")),
        ("texts without an end", of("'<U999999999999'", "False", "(2, 2)")),
        ("a record in a record", of("[('a', [('b', '<f8')])]", "False", "(4,)")),
        ("an array in a record", of("[('a', '<f8', (2,))]", "False", "(2,)")),
        ("columns of one name", of("[('a', '<f8'), ('a', '<f8')]", "False", "(2,)")),
        ("a record of nothing", of("[]", "False", "(4,)")),
    ] {
        cases.push(case.refused(what, array(&header, &[0; 32])));
    }
    cases.push(
        case.refused("half a character", array(&of("'<U1'", "False", "(4, 1)"), &[0, 0xd8, 0, 0].repeat(4))),
    );
    cases.push(case.refused("no text", array(&of("'|S2'", "False", "(4, 1)"), &[0xff, 0xfe].repeat(4))));
    cases.push(case.patched("version 9", 6, &[9]));
    cases.push(
        case.refused("a header of 4 GiB", [b"\x93NUMPY\x02\x00\xff\xff\xff\xff", &[b' '; 64][..]].concat()),
    );
    cases
}

fn position(bytes: &[u8], of: &[u8]) -> usize {
    bytes.windows(of.len()).position(|window| window == of).unwrap()
}

fn last(bytes: &[u8], of: &[u8]) -> usize {
    bytes.windows(of.len()).rposition(|window| window == of).unwrap()
}

/// The directory of an archive lies.
fn zipped(case: &Case) -> Vec<Case> {
    let (directory, end) = (position(&case.bytes, b"PK\x01\x02"), last(&case.bytes, b"PK\x05\x06"));
    let mut cases = others(case);
    // What stands before an archive is skipped, as programs that unpack themselves have it.
    cases.retain(|case| case.what != "a byte before it");
    for (what, at, with) in [
        ("a file that is not where it should be", 0, &b"PK\x03\x05"[..]),
        ("another method", directory + 10, &[99, 0]),
        ("encrypted", directory + 8, &[1, 0]),
        ("another sum", directory + 16, &[1, 2, 3, 4]),
        ("a place beyond the file", directory + 42, &[0xfe, 0xff, 0xff, 0x7f]),
        ("a name beyond the directory", directory + 28, &[0xff, 0xff]),
        ("a directory beyond the file", end + 16, &[0xfe, 0xff, 0xff, 0x7f]),
        ("torn contents", 80, &[0x55; 40]),
    ] {
        cases.push(case.patched(what, at, with));
    }
    cases
}

/// A workbook with other contents of a file in it.
#[cfg(feature = "xlsx")]
fn workbook(case: &Case, what: &str, name: &str, contents: &[u8]) -> Case {
    use std::io::{Cursor, Read, Write};

    let mut whole = zip::ZipArchive::new(Cursor::new(&case.bytes)).unwrap();
    let mut made = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..whole.len() {
        let mut file = whole.by_index(index).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        let of = file.name().unwrap().into_owned();
        if of != name {
            made.start_file(&*of, zip::write::SimpleFileOptions::default()).unwrap();
            made.write_all(&bytes).unwrap();
        }
    }
    made.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
    made.write_all(contents).unwrap();
    case.refused(what, made.finish().unwrap().into_inner())
}

/// Workbooks whose files unpack to much, or are no XML.
#[cfg(feature = "xlsx")]
fn workbooks(case: &Case) -> Vec<Case> {
    if case.name != "table.xlsx" {
        return Vec::new();
    }
    let sheet = "xl/worksheets/sheet1.xml";
    let around = |inner: &[u8]| {
        let start = br#"<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>"#;
        [&start[..], inner, b"</t></is></c></row></sheetData></worksheet>"].concat()
    };
    let row = |place: &str| {
        format!(r#"<worksheet><sheetData><row><c r="{place}"><v>1</v></c></row></sheetData></worksheet>"#)
    };
    vec![
        workbook(case, "a cell of 80 MiB", sheet, &around(&vec![b' '; 80 << 20])),
        workbook(case, "a mark of 80 MiB", sheet, &[b"<", &vec![b'a'; 80 << 20][..]].concat()),
        workbook(case, "texts of 80 MiB", "xl/sharedStrings.xml", &b"<si><t>a</t></si>".repeat(5 << 20)),
        workbook(case, "styles of 80 MiB", "xl/styles.xml", &b"<xf/>".repeat(16 << 20)),
        workbook(case, "no XML", sheet, b"a,b\n1,2\n"),
        workbook(case, "zeros", sheet, &[0; 4096]),
        workbook(case, "half a sheet", sheet, br#"<worksheet><sheetData><row r="1"><c r="A1"#),
        workbook(case, "no rows", sheet, b"<worksheet><sheetData></sheetData></worksheet>"),
        workbook(case, "a column beyond all", sheet, row("ZZZZZZZ1").as_bytes()),
        workbook(case, "a cell without a place", sheet, row("??").as_bytes()),
        workbook(case, "no list of sheets", "xl/workbook.xml", b"<workbook></workbook>"),
        workbook(case, "no relations", "xl/_rels/workbook.xml.rels", b"<Relationships></Relationships>"),
    ]
}

#[cfg(not(feature = "xlsx"))]
fn workbooks(_: &Case) -> Vec<Case> {
    Vec::new()
}

/// The footer, a page and its sizes lie.
fn parquet(case: &Case) -> Vec<Case> {
    let length = case.bytes.len();
    let mut cases = others(case);
    cases.push(case.patched("no magic number", length - 4, b"PAR9"));
    cases.push(case.patched("encrypted", length - 4, b"PARE"));
    cases.push(case.patched("a footer of 4 GiB", length - 8, &[0xff; 4]));
    cases.push(case.patched("a footer of nothing", length - 8, &[0; 4]));
    cases.push(case.patched("a footer of one byte", length - 8, &[1, 0, 0, 0]));
    let footer =
        length - 8 - u32::from_le_bytes(case.bytes[length - 8..length - 4].try_into().unwrap()) as usize;
    cases.push(case.patched("a footer of zeros", footer, &[0; 16]));
    cases.push(case.patched("a schema without an end", footer + 3, &[0xfc, 0xff, 0xff, 0xff, 0xff, 0x0f]));
    cases.push(case.patched("a first page of another kind", 4, &[0xff; 4]));
    cases.push(case.patched("a first page of zeros", 4, &[0; 12]));
    // Field 2 of the first page: what it unpacks to, as a zigzag number of five bytes.
    let packed = [&[0x15, 4, 0x15, 0xfe, 0xff, 0xff, 0xff, 0x0f][..], &case.bytes[8..]].concat();
    cases.push(
        case.refused("a page that unpacks to 2 GiB", [&case.bytes[..4], &packed[..length - 4]].concat()),
    );
    cases
}

/// The footer, a block and its sizes lie.
fn feather(case: &Case) -> Vec<Case> {
    let length = case.bytes.len();
    let mut cases = others(case);
    cases.push(case.patched("no magic number", length - 6, b"ARROW9"));
    cases.push(case.patched("a footer of 2 GiB", length - 10, &[0xff, 0xff, 0xff, 0x7f]));
    cases.push(case.patched("a footer of negative length", length - 10, &[0xff; 4]));
    cases.push(case.patched("a footer of nothing", length - 10, &[0; 4]));
    cases.push(case.patched("a footer of four bytes", length - 10, &[4, 0, 0, 0]));
    let footer = u32::from_le_bytes(case.bytes[length - 10..length - 6].try_into().unwrap()) as usize;
    cases.push(case.patched("a footer of zeros", length - 10 - footer, &[0; 16]));
    cases.push(case.patched("a footer of ones", length - 10 - footer, &[0xff; 16]));
    // Blocks are their place, the length of what is said of them, and that of their contents.
    for (what, at, with) in [
        ("a block beyond the file", 0, &[0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0][..]),
        ("a block before the file", 0, &[0xff; 8]),
        ("a block of 4 EiB", 16, &[0, 0, 0, 0, 0, 0, 0, 0x40]),
        ("a block of negative length", 16, &[0xff; 8]),
        ("a block of nothing", 8, &[0; 4]),
    ] {
        let blocks = blocks(&case.bytes);
        cases.push(case.patched(what, blocks + at, with));
    }
    cases
}

/// Where the footer has its last block.
fn blocks(bytes: &[u8]) -> usize {
    let length = bytes.len();
    let footer =
        length - 10 - u32::from_le_bytes(bytes[length - 10..length - 6].try_into().unwrap()) as usize;
    let word = |at: usize| i64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
    let is_block = |at: usize| {
        let (place, about, body) = (word(at), word(at + 8) & 0xffff_ffff, word(at + 16));
        let is_whole = place >= 8 && about > 0 && about % 8 == 0 && body > 0 && body < bytes.len() as i64;
        let marked = |rest: &[u8]| rest.starts_with(&[0xff; 4]);
        is_whole && bytes.get(place as usize..).is_some_and(marked)
    };
    (footer..length - 34).rev().find(|at| is_block(*at)).unwrap()
}
