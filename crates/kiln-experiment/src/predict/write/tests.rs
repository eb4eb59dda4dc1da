//! Every format, with everything that a line can have.

use super::*;

const DEVIATIONS: [f64; 2] = [0.125, 0.0625];
static NONE: Bound = Bound { lower: Vec::new(), upper: Vec::new(), set: Vec::new() };

fn item(row: u64, numbers: &[f64]) -> PredictedItem<'_> {
    let place =
        (0..numbers.len()).fold(0, |best, place| if numbers[place] > numbers[best] { place } else { best });
    let deviations = &DEVIATIONS[..numbers.len()];
    PredictedItem { row, file: None, kept: &[], class: place, numbers, deviations, bound: &NONE }
}

fn bytes(format: Format, columns: Columns<'_>, carried: Carried, items: &[PredictedItem<'_>]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), format, columns, carried).unwrap();
    items.iter().for_each(|item| writer.item(item).unwrap());
    writer.finish().unwrap()
}

fn write(format: Format, columns: Columns<'_>, items: &[&[f64]]) -> String {
    let items: Vec<_> = items.iter().zip(1..).map(|(numbers, row)| item(row, numbers)).collect();
    String::from_utf8(bytes(format, columns, Carried::default(), &items)).unwrap()
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn classes() {
    let names = names(&["cat", "dog, wild"]);
    let items: [&[f64]; 2] = [&[0.25, 0.75], &[0.5, 0.5]];
    let columns = |proba| Columns::Classes { names: &names, proba, spread: false, bounds: false };
    assert_eq!(
        write(Format::Csv, columns(true), &items),
        "row,prediction,p_cat,\"p_dog, wild\"\n1,\"dog, wild\",0.25,0.75\n2,cat,0.5,0.5\n"
    );
    assert_eq!(write(Format::Csv, columns(false), &items), "row,prediction\n1,\"dog, wild\"\n2,cat\n");
    assert_eq!(
        write(Format::JsonLines, columns(true), &items[..1]),
        "{\"row\":1,\"prediction\":\"dog, wild\",\"probabilities\":{\"cat\":0.25,\"dog, wild\":0.75}}\n"
    );
    assert_eq!(write(Format::JsonLines, columns(false), &items[1..]), "{\"row\":1,\"prediction\":\"cat\"}\n");
}

#[test]
fn spread() {
    let names = names(&["cat", "dog"]);
    let item: [&[f64]; 1] = [&[0.25, 0.75]];
    let columns = |proba| Columns::Classes { names: &names, proba, spread: true, bounds: false };
    assert_eq!(write(Format::Csv, columns(false), &item), "row,prediction,sd\n1,dog,0.0625\n");
    assert_eq!(
        write(Format::Csv, columns(true), &item),
        "row,prediction,p_cat,p_dog,sd_cat,sd_dog\n1,dog,0.25,0.75,0.125,0.0625\n"
    );
    assert_eq!(
        write(Format::JsonLines, columns(false), &item),
        "{\"row\":1,\"prediction\":\"dog\",\"sd\":0.0625}\n"
    );
    let columns = Columns::Values { names: &names, spread: true, bounds: false };
    assert_eq!(write(Format::Csv, columns, &item), "row,cat,dog,sd_cat,sd_dog\n1,0.25,0.75,0.125,0.0625\n");
    assert_eq!(
        write(Format::JsonLines, columns, &item),
        "{\"row\":1,\"prediction\":{\"cat\":0.25,\"dog\":0.75},\"sd\":{\"cat\":0.125,\"dog\":0.0625}}\n"
    );
}

#[test]
fn numbers() {
    let names = names(&["price"]);
    let columns = Columns::Values { names: &names, spread: false, bounds: false };
    assert_eq!(write(Format::Csv, columns, &[&[0.1], &[1e10]]), "row,price\n1,0.1\n2,10000000000\n");
    assert_eq!(
        write(Format::JsonLines, columns, &[&[0.1], &[f64::NAN]]),
        "{\"row\":1,\"prediction\":{\"price\":0.1}}\n{\"row\":2,\"prediction\":{\"price\":null}}\n"
    );
}

/// What stands in the golden Parquet file, too: `tests/golden/predictions.py` reads it with pyarrow and pandas.
fn carried() -> (Vec<String>, Carried) {
    (names(&["no", "ja, klar"]), Carried::new(true, names(&["id", "prediction"])))
}

fn carried_items<'a>(kept: &'a [[&'a str; 2]; 3], numbers: &'a [[f64; 2]; 3]) -> Vec<PredictedItem<'a>> {
    let files = ["a.png", "sub/b.png", "ü.png"];
    let with = |place: usize| PredictedItem {
        file: Some(files[place]),
        kept: &kept[place],
        ..item(place as u64 + 1, &numbers[place])
    };
    (0..3).map(with).collect()
}

const KEPT: [[&str; 2]; 3] = [["007", "x"], ["", "ja"], ["8", "y,z"]];
const NUMBERS: [[f64; 2]; 3] = [[0.25, 0.75], [0.9, 0.1], [0.5, 0.5]];

#[test]
fn files_and_kept_columns_stand_in_front() {
    let (names, carried) = carried();
    let columns = Columns::Classes { names: &names, proba: false, spread: false, bounds: false };
    let items = carried_items(&KEPT, &NUMBERS);
    let text = |format| String::from_utf8(bytes(format, columns, carried.clone(), &items)).unwrap();
    assert_eq!(
        text(Format::Csv),
        "row,file,id,input_prediction,prediction\n1,a.png,007,x,\"ja, klar\"\n2,sub/b.png,,ja,no\n\
         3,ü.png,8,\"y,z\",no\n"
    );
    assert_eq!(
        text(Format::Events).lines().next().unwrap(),
        "{\"v\":1,\"event\":\"prediction\",\"row\":1,\"file\":\"a.png\",\"kept\":{\"id\":\"007\",\
         \"prediction\":\"x\"},\"prediction\":\"ja, klar\"}"
    );
}

#[test]
fn parquet_is_what_other_readers_read() {
    let (names, carried) = carried();
    let columns = Columns::Classes { names: &names, proba: true, spread: true, bounds: false };
    let found = bytes(Format::Parquet, columns, carried, &carried_items(&KEPT, &NUMBERS));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/predictions.parquet");
    if std::env::var_os("KILN_GOLDEN").is_some() {
        std::fs::write(path, &found).unwrap();
    }
    assert!(found == std::fs::read(path).unwrap(), "KILN_GOLDEN=1 writes it anew; then run predictions.py");
}

#[test]
fn many_rows_are_several_groups() {
    let names = names(&["price"]);
    let columns = Columns::Values { names: &names, spread: false, bounds: false };
    let mut writer = Writer::new(Vec::new(), Format::Parquet, columns, Carried::default()).unwrap();
    let rows = (1 << 16) + 1;
    for row in 1..=rows {
        writer.item(&item(row, &[0.5])).unwrap();
    }
    let bytes = writer.finish().unwrap();
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    // A row and a number, sixteen bytes together, and little beside them.
    assert!((rows as usize * 16..rows as usize * 16 + 500).contains(&bytes.len()), "{}", bytes.len());
}

#[test]
fn the_format_is_in_the_name() {
    assert_eq!(Format::of(Path::new("a/out.CSV")), Some(Format::Csv));
    assert_eq!(Format::of(Path::new("out.jsonl")), Some(Format::JsonLines));
    assert_eq!(Format::of(Path::new("out.parquet")), Some(Format::Parquet));
    assert_eq!(Format::of(Path::new("out")), None);
}
