//! Time series in tables: rows that are steps, rows that are series, windows of what is forecast, and what is refused.

use std::path::PathBuf;

use kiln_core::{Explain, Seed};
use kiln_data::source::{catalog, read_features, read_labelled, read_new};
use kiln_data::{DataConfig, Dataset, Prepared, Scaling, Split, Target, Uneven};

use crate::series::{Place, csv, items};

/// Two series for each of `count`, of different lengths, in an order of their own.
fn long(count: usize) -> String {
    let mut rows = Vec::new();
    for series in 0..count {
        for step in 0..4 + series % 3 {
            let class = ["a", "b"][series % 2];
            rows.push(format!(
                "s{series},2024-01-{:02},{},{},{class}",
                10 + step,
                10 * series + step,
                step * step
            ));
        }
    }
    rows.reverse();
    format!("id,day,x,y,class\n{}\n", rows.join("\n"))
}

fn long_config(path: PathBuf) -> DataConfig {
    DataConfig { series: Some("id".to_owned()), time: Some("day".to_owned()), ..csv(path) }
}

#[test]
fn a_table_of_steps_has_a_series_for_each_id() {
    let place = Place::new();
    let config = long_config(place.write("a.csv", &long(9)));
    let data = config.load().unwrap();
    let series = data.features.as_series().unwrap();
    assert_eq!((series.len(), series.channels()), (9, &["x".to_owned(), "y".to_owned()][..]));
    // Rows are in the order of time, and items in that of their first rows.
    let of = |first: f64| (0..9).find(|&row| series.item(row)[0] == first).unwrap();
    assert_eq!(series.item(of(20.0)), [20.0, 0.0, 21.0, 1.0, 22.0, 4.0, 23.0, 9.0, 24.0, 16.0, 25.0, 25.0]);
    let labels = data.target.labels().unwrap();
    assert_ne!(labels[of(20.0)], labels[of(30.0)]);
    assert_eq!(data.arrangement.times, None);
    let prepared = Prepared::new(data, &config, Seed::new(0)).unwrap();
    assert_eq!(prepared.split.train.len() + prepared.split.validation.len() + prepared.split.test.len(), 9);
    // New rows, without a class and in any order.
    let new = "id,day,y,x\nq,2024-02-02,7,3\nr,2024-02-01,1,1\nq,2024-02-01,5,2\n";
    let new = read_new(&place.write("new.csv", new), &config, &prepared.fitted).unwrap();
    assert_eq!(new.names, Some(("id".to_owned(), vec!["q".to_owned(), "r".to_owned()])));
    assert_eq!(new.features.as_series().unwrap().item(0), [2.0, 5.0, 3.0, 7.0]);
    let labelled = read_labelled(config.path.as_ref().unwrap(), &config, &prepared.fitted).unwrap();
    assert_eq!(labelled.rows.len(), 9);
    // Ids of another part are other series.
    let with_test = DataConfig { test_path: Some(place.write("b.csv", &long(2))), ..config.clone() };
    let data = with_test.load().unwrap();
    assert_eq!((data.fixed_test.len(), data.features.as_series().unwrap().len()), (2, 11));
}

#[test]
fn a_table_of_series_has_a_step_for_each_column() {
    let place = Place::new();
    let row = |item: usize| match item {
        3 => "30,31,,,a\n".to_owned(),
        4 => "40,,42,43,b\n".to_owned(),
        item => format!("{0}0,{0}1,{0}2,{0}3,{1}\n", item, ["a", "b"][item % 2]),
    };
    let path = place.write("a.csv", &format!("t1,t2,t3,t4,class\n{}", (0..8).map(row).collect::<String>()));
    let config = DataConfig { wide: true, ..csv(path.clone()) };
    let data = config.load().unwrap();
    assert_eq!(
        (items(&data)[3].clone(), items(&data)[7].clone()),
        (vec![30.0, 31.0], vec![70.0, 71.0, 72.0, 73.0])
    );
    assert!(items(&data)[4][1].is_nan() && items(&data)[4].len() == 4);
    let prepared = Prepared::new(data, &config, Seed::new(0)).unwrap();
    let new = place.write("new.csv", "t4,t3,t2,t1\n4,3,2,1\n,,6,5\n");
    let (features, count) = read_features(&new, &prepared.fitted).unwrap();
    let series = features.as_series().unwrap();
    assert_eq!((count, series.item(0), series.item(1)), (2, &[1.0, 2.0, 3.0, 4.0][..], &[5.0, 6.0][..]));
    let labelled = read_labelled(&path, &config, &prepared.fitted).unwrap();
    assert_eq!(labelled.dataset.target.labels().unwrap().len(), 8);
}

fn forecast(path: PathBuf) -> DataConfig {
    DataConfig {
        horizon: Some(2),
        window: Some(3),
        time: Some("month".to_owned()),
        target: vec!["y".to_owned()],
        ..csv(path)
    }
}

/// Months with a value and a number beside it.
fn months(count: usize) -> String {
    let row = |month: usize| {
        format!("{}-{:02}-01,{},{}\n", 2000 + month / 12, 1 + month % 12, 100 + month, month % 12)
    };
    format!("month,y,z\n{}", (0..count).map(row).collect::<String>())
}

#[test]
fn a_forecast_sees_nothing_of_what_it_predicts() {
    let place = Place::new();
    let config = forecast(place.write("a.csv", &months(40)));
    let data = config.load().unwrap();
    assert_eq!(data.features.as_series().unwrap().channels(), ["z", "y"]);
    assert_eq!(items(&data)[0], [0.0, 100.0, 1.0, 101.0, 2.0, 102.0]);
    let Target::Values { values, names } = &data.target else { panic!("numbers") };
    assert_eq!(
        (names.as_slice(), &values[..4]),
        (&["y+1".to_owned(), "y+2".to_owned()][..], &[103.0, 104.0, 104.0, 105.0][..])
    );
    assert_eq!(items(&data).len(), 36);
    for gap in [0, 3] {
        let config = DataConfig { gap: Some(gap), ..config.clone() };
        let data = config.load().unwrap();
        let prepared = Prepared::new(data.clone(), &config, Seed::new(0)).unwrap();
        let Split { train, validation, test, .. } = &prepared.split;
        // Window `row` ends with step `row + 2`, and predicts `row + 3` and `row + 4`.
        let last = |rows: &[usize]| rows.iter().max().copied().unwrap();
        let first = |rows: &[usize]| rows.iter().min().copied().unwrap();
        assert!(last(train) + 2 + gap <= first(validation), "{:?}", prepared.split);
        assert!(last(validation) + 2 + gap <= first(test), "{:?}", prepared.split);
        assert_eq!((last(train) + 2 + gap, last(test)), (first(validation), 35));
        // Inputs of the fit are those of the training part: the mean of y is below that of all.
        let text = serde_json::to_string(&*prepared.fitted).unwrap();
        let other = Prepared::new(
            Dataset { fixed_test: data.fixed_test.clone(), ..data.clone() },
            &config,
            Seed::new(9),
        );
        assert_eq!(serde_json::to_string(&*other.unwrap().fitted).unwrap(), text, "nothing of it is drawn");
        // What comes next is predicted from the last window.
        let (features, count) = {
            let new = read_new(&place.write("new.csv", &months(50)), &config, &prepared.fitted).unwrap();
            (new.features, new.items)
        };
        let wanted = [11.0, 147.0, 0.0, 148.0, 1.0, 149.0];
        assert_eq!((count, features.as_series().unwrap().item(0)), (1, &wanted[..]));
        let short = read_new(&place.write("short.csv", &months(2)), &config, &prepared.fitted).unwrap_err();
        assert!(short.to_string().contains("has 2 steps, and the model looks at 3"), "{short}");
        let labelled = read_labelled(config.path.as_ref().unwrap(), &config, &prepared.fitted).unwrap();
        assert_eq!(labelled.rows.len(), 36);
    }
}

#[test]
fn settings_that_do_not_go_together_are_refused() {
    let place = Place::new();
    let path = place.write("a.csv", &months(40));
    let plain = csv(path.clone());
    let forecast = forecast(path);
    let text = |config: DataConfig| {
        let error = config.load().unwrap_err();
        (error.to_string(), error.key().map(|key| key.into_owned()))
    };
    let cases = [
        (DataConfig { window: Some(3), ..plain.clone() }, "data.window needs data.horizon", "data.window"),
        (DataConfig { gap: Some(3), ..plain.clone() }, "data.gap needs data.horizon", "data.gap"),
        (DataConfig { stride: Some(3), ..plain.clone() }, "data.stride needs data.horizon", "data.stride"),
        (
            DataConfig { uneven: Some(Uneven::Keep), ..plain.clone() },
            "data.uneven needs data.time",
            "data.uneven",
        ),
        (
            DataConfig { wide: true, horizon: Some(2), ..plain.clone() },
            "data.wide and data.horizon do not go together",
            "data.horizon",
        ),
        (
            DataConfig { wide: true, series: Some("z".to_owned()), ..plain.clone() },
            "data.wide and data.series do not go together",
            "data.series",
        ),
        (DataConfig { horizon: Some(0), ..forecast.clone() }, "data.horizon is 0", "data.horizon"),
        (DataConfig { window: Some(0), ..forecast.clone() }, "data.window is 0", "data.window"),
        (DataConfig { stride: Some(0), ..forecast.clone() }, "data.stride is 0", "data.stride"),
        (
            DataConfig { group: Some("z".to_owned()), time: None, ..forecast.clone() },
            "data.horizon and data.group do not go together",
            "data.group",
        ),
        (
            DataConfig { scale: Scaling::Series, ..forecast.clone() },
            "takes the level of a series away",
            "data.scale",
        ),
        (DataConfig { longest: Some(3), ..forecast.clone() }, "data.longest means nothing", "data.longest"),
        (
            DataConfig { series: Some("q".to_owned()), ..forecast.clone() },
            "names the column \"q\"",
            "data.series",
        ),
    ];
    for (config, piece, key) in cases {
        let (found, of) = text(config);
        assert!(found.contains(piece), "{found}");
        assert_eq!(of.as_deref(), Some(key), "{found}");
    }
    let table = DataConfig { scale: Scaling::Series, ..plain };
    let error = Prepared::load(&table, Seed::new(0)).unwrap_err();
    assert!(error.to_string().contains("is for time series, and these data are a table"), "{error}");
    assert!(catalog().iter().any(|source| source.name == "ts"));
}
