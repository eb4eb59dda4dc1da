//! Time series that are none: archives, tables of steps, tables of series, settings that do not go together.

use super::Cases;
use crate::common::Place;

const HEAD: &str = "@problemName Made\n@timeStamps false\n@univariate true\n@classLabel true a b\n@data\n";

fn lines(count: usize) -> String {
    (0..count).map(|item| format!("{item},{},3:{}\n", item + 1, ["a", "b"][item % 2])).collect()
}

#[test]
fn archives() {
    let (mut cases, place) = (Cases::default(), Place::new());
    let whole = |more: &str| format!("{HEAD}{}{more}", lines(12));
    let files: Vec<(Vec<u8>, &str)> = vec![
        (whole("1,2,x:a\n").into(), "a.ts:18: \"x\" of channel 1 is no finite number"),
        (whole("1,,2:a\n").into(), "a.ts:18: \"\" of channel 1"),
        (whole("1,1e999,2:a\n").into(), "a.ts:18: \"1e999\" of channel 1"),
        (whole("1,2:c\n").into(), "a.ts:18: the class \"c\" is none of those in @classLabel"),
        (whole("1,2\n").into(), "a.ts:18"),
        (whole("1,2:3,4:a\n").into(), "a.ts:18: 2 channels where 1 are expected"),
        (whole("?,?:a\n").into(), "a.ts:18: the series number 13 has no value"),
        (
            whole("").replace("@univariate true", "@univariate perhaps").into(),
            "a.ts:3: univariate is \"perhaps\"",
        ),
        (
            whole("").replace("@timeStamps false", "@timeStamps true").into(),
            "a.ts:2: its steps have time stamps",
        ),
        (whole("").replace("@data\n", "").into(), "stands before @data"),
        (HEAD.into(), "a.ts: there is no series below @data"),
        ("@univariate true\n".into(), "a.ts: there is no line @data"),
        (Vec::new(), "a.ts: there is no line @data"),
        (
            whole("")
                .replace("@classLabel true a b", "@classLabel false")
                .replace(":a", "")
                .replace(":b", "")
                .into(),
            "no classes and no numbers",
        ),
        ([whole("").as_bytes(), b"1,\xff:a\n"].concat(), "a.ts: no text in UTF-8: byte"),
        (whole("").replace(":b", ":a").into(), "every item is of the class \"a\""),
        (
            "@dimensions 2\n@classLabel true a b\n@data\n1,2:3,4:a\n1,2:3:b\n".into(),
            "a.ts:5: channel 2 has 1 steps where channel 1 has 2",
        ),
        ("@targetLabel true\n@data\n1,2:x\n2,3:1\n3,4:2\n".into(), "the target \"x\" is no finite number"),
    ];
    for (bytes, piece) in &files {
        place.write("a.ts", bytes);
        cases.fails(&place, "train a.ts", 3, piece);
    }
    place.write("folder/notes.txt", "nothing");
    cases.fails(&place, "train data.source=ts --data folder", 3, "no file in here is called ..._TRAIN.ts");
    cases.fails(&place, "train data.source=ts --data nowhere.ts", 3, "nowhere.ts does not exist");
    place.write("a.ts", whole(""));
    cases.fails(&place, "train a.ts data.series=id", 2, "data.series means nothing for the data source ts");
    cases.fails(&place, "train a.ts model.kind=mlp", 2, "the model reads numbers, but the data is series");
    cases.fails(&place, "train a.ts model.kind=inception-time model.kernels=[4]", 2, "model.kernels has 4");
    cases.fails(&place, "train a.ts model.kind=tcn model.kernel=0", 2, "model.kernel is 0");
    cases.fails(
        &place,
        "train a.ts augment.series=[{kind=\"jitter\",sigma=-1}]",
        2,
        "augment.series.0.sigma is -1",
    );
    cases.fails(&place, "train a.ts augment.rows=[{kind=\"jitter\"}]", 2, "is for a table");
    cases.end(26);
}

/// Steps of series; `more` comes at the end.
fn steps(more: &str) -> String {
    let row = |series: usize, step: usize| {
        format!("s{series},2024-01-{:02},{},{}\n", 1 + step, series + step, ["a", "b"][series % 2])
    };
    let rows = (0..12).flat_map(|series| (0..6).map(move |step| row(series, step)));
    format!("id,day,x,y\n{}{more}", rows.collect::<String>())
}

fn months(skip: usize) -> String {
    let row =
        |month: usize| format!("{}-{:02}-01,{}\n", 2000 + month / 12, 1 + month % 12, month * month % 17);
    let rows = (0..60).filter(|month| *month != skip).map(row);
    format!("month,y\n{}", rows.collect::<String>())
}

#[test]
fn tables_of_steps_and_of_series() {
    let (mut cases, place) = (Cases::default(), Place::new());
    let classes = "train a.csv data.series=id data.time=day data.target=y";
    for (more, piece) in [
        ("s3,2024-01-02,9,b\n", "are steps of the series \"s3\" at one time"),
        ("s3,2024-01-20,9,a\n", "the target of the series \"s3\" is not one"),
        (",2024-01-20,9,a\n", "row 73 says of no series that it is a step of it"),
        ("s3,,9,b\n", "a.csv:74:4: row 73, column \"day\" is missing"),
        ("s3,2024-01-20,nine,b\n", "a.csv:74"),
        ("s3,2024-01-20,9\n", "a.csv:74"),
    ] {
        place.write("a.csv", steps(more));
        cases.fails(&place, classes, 3, piece);
    }
    place.write("a.csv", steps(""));
    cases.fails(&place, "train a.csv data.series=ids data.target=y", 2, "did you mean \"id\"?");
    cases.fails(&place, "train a.csv data.series=y data.target=y", 2, "the column \"y\" is in");
    cases.fails(&place, &format!("{classes} data.ignore=x"), 3, "no column is left to be a channel");
    cases.fails(&place, &format!("{classes} data.categorical=x"), 3, "column \"x\" holds categories");
    cases.fails(&place, &format!("{classes} data.uneven=cut"), 2, "needs data.horizon");
    place.write("a.csv", steps("s3,2024-02-20,9,b\n"));
    cases.fails(
        &place,
        &format!("{classes} data.uneven=error"),
        3,
        "steps of the series \"s3\" are missing between rows",
    );

    let forecast = "train m.csv data.time=month data.target=y data.horizon=3";
    place.write("m.csv", months(30));
    cases.fails(
        &place,
        forecast,
        3,
        "steps of the series are missing between rows 30 and 31: their times are",
    );
    place.write("m.csv", months(99).replace("2003-01-01,4", "2003-01-01,"));
    cases.fails(&place, forecast, 3, "m.csv");
    place.write("m.csv", format!("{}2003-01-01,3\n", months(99)));
    cases.fails(&place, forecast, 3, "at one time");
    place.write("m.csv", months(99));
    cases.fails(
        &place,
        &format!("{forecast} data.window=80"),
        3,
        "no series is long enough: the longest has 60 steps",
    );
    cases.fails(&place, &format!("{forecast} data.horizon=0"), 2, "data.horizon is 0");
    cases.fails(&place, &format!("{forecast} data.scale=series"), 2, "takes the level of a series away");
    cases.fails(
        &place,
        &format!("{forecast} data.test_path=m.csv"),
        2,
        "data.horizon and data.test_path do not go together",
    );
    cases.fails(&place, "train m.csv data.target=y data.window=3", 2, "data.window needs data.horizon");
    cases.fails(&place, &format!("{forecast} mix.cutmix=1"), 2, "mix is for images");

    let wide: String = (0..12).map(|row| format!("{row},{},3,{}\n", row * 2, ["a", "b"][row % 2])).collect();
    for (more, piece) in [
        (",,,a\n", "the series in row 13 has no value"),
        ("1,two,3,a\n", "w.csv:14"),
        ("1,2,3\n", "w.csv:14"),
    ] {
        place.write("w.csv", format!("t1,t2,t3,y\n{wide}{more}"));
        cases.fails(&place, "train w.csv data.wide=true data.target=y", 3, piece);
    }
    place.write("w.csv", format!("t1,t2,t3,y\n{wide}"));
    cases.fails(
        &place,
        "train w.csv data.wide=true data.series=t1",
        2,
        "data.wide and data.series do not go together",
    );
    cases.fails(
        &place,
        "train w.csv data.wide=true data.target=y data.categorical=t2",
        3,
        "column \"t2\" holds categories",
    );
    cases.fails(
        &place,
        "train w.csv data.target=y data.scale=series",
        2,
        "is for time series, and these data are a table",
    );
    cases.end(27);
}
