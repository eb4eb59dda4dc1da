//! Groups, times, parts in files of their own, sets of labels: what columns are for.

use kiln_core::{ErrorKind, Explain, Seed};
use kiln_data::{DataConfig, DataError, Prepared, Split, Target, TaskKind};

use super::kinds::{Files, inputs, names, table, understood};
use super::{categories, classes, message, numbers};

#[test]
fn a_group_is_never_in_two_parts() {
    let files = Files::new();
    let text =
        table("patient,x,y", 120, |row| format!("P{},{row}.5,{}", (row * row) % 31, ["a", "b"][row % 2]));
    for seed in 0..20 {
        let mut config = files.config(&text);
        config.group = Some("patient".to_owned());
        let prepared = Prepared::load(&config, Seed::new(seed)).unwrap();
        assert_eq!(inputs(&prepared.dataset), ["x"]);
        let Split { train, validation, test, .. } = &prepared.split;
        assert_eq!(train.len() + validation.len() + test.len(), 120);
        assert!(!validation.is_empty() && !test.is_empty());
        let patient = |row: &usize| (row * row) % 31;
        for (part, others) in [(train, validation), (train, test), (validation, test)] {
            assert!(part.iter().all(|a| others.iter().all(|b| patient(a) != patient(b))));
        }
    }
    // Ids make groups, too: without the setting they would be left out.
    let ids = table("id,x,y", 40, |row| format!("id{row},{row}.5,{}", row % 2));
    assert!(files.load(ids, |config| config.group = Some("id".to_owned())).arrangement.groups.is_some());
    let one = table("g,x,y", 40, |row| format!("one,{row}.5,{}", row % 2));
    let mut config = files.config(one);
    config.group = Some("g".to_owned());
    let error = Prepared::load(&config, Seed::new(0)).unwrap_err();
    assert_eq!(error.to_string(), "all rows that are left for the test part are of one group (data.group)");
    assert_eq!(error.key().as_deref(), Some("data.group"));
    config.time = Some("x".to_owned());
    let error = config.load().unwrap_err();
    assert!(matches!(&error, DataError::Setting(_)) && error.key().as_deref() == Some("data.time"));
}

#[test]
fn with_times_the_last_rows_are_the_test_part() {
    let files = Files::new();
    // Out of order in the file.
    let day = |row: usize| (row * 37) % 100;
    let text = table("when,x,y", 100, |row| {
        format!("2024-{:02}-{:02},{row}.5,{}", 1 + day(row) / 28, 1 + day(row) % 28, ["a", "b"][row % 2])
    });
    let mut config = files.config(&text);
    config.time = Some("when".to_owned());
    let prepared = Prepared::load(&config, Seed::new(3)).unwrap();
    let dataset = &prepared.dataset;
    assert_eq!(inputs(dataset), ["when", "x"]);
    let times = dataset.arrangement.times.as_ref().unwrap();
    let range = |rows: &[usize]| {
        let times = || rows.iter().map(|&row| times[row]);
        (times().fold(f64::INFINITY, f64::min), times().fold(f64::NEG_INFINITY, f64::max))
    };
    let Split { train, validation, test, .. } = &prepared.split;
    assert_eq!((train.len(), validation.len(), test.len()), (72, 8, 20));
    assert!(range(train).1 < range(validation).0 && range(validation).1 < range(test).0);
    // Items know their rows of the file.
    let row = dataset.arrangement.file_row(0);
    assert_eq!(day(row - 1), 0);
    config.ignore = names(&["when"]);
    let data = config.load().unwrap();
    assert_eq!((inputs(&data), data.arrangement.times.as_ref() == Some(times)), (vec!["x"], true));
    let (error, _) = files
        .fails("t,x,y\n1,1.5,a\n,2,b\n3,1,a\n", ErrorKind::Data, |config| config.time = Some("t".to_owned()));
    assert_eq!(error, "t.csv:3:1: row 2, column \"t\" is missing, and it orders the rows (data.time)");
}

#[test]
fn parts_may_have_files_of_their_own() {
    let files = Files::new();
    let train =
        table("x,kind,y", 30, |row| format!("{row}.5,{},{}", ["red", "blue"][row % 2], ["a", "b"][row % 2]));
    // Other columns, another order, a category and a class of their own, a row without a target.
    let test = table("extra,y,kind,x", 10, |row| {
        format!("?,{},{},{row}", ["a", "c", ""][row % 3], ["red", "green"][row % 2])
    });
    let validation = table("x,kind,y", 6, |row| format!("{row}.25,red,{}", ["a", "b"][row % 2]));
    let mut config = files.config(train);
    config.test_path = Some(files.write("test.csv", test));
    config.validation_path = Some(files.write("validation.csv", validation));
    let prepared = Prepared::load(&config, Seed::new(0)).unwrap();
    let Split { train, validation, test, .. } = &prepared.split;
    assert_eq!((train.len(), validation.clone(), test.clone()), (30, (30..36).collect(), (36..43).collect()));
    let data = &prepared.dataset;
    assert_eq!(
        (classes(data).1, categories(&data.features, "kind").1),
        (&names(&["a", "b", "c"])[..], &names(&["blue", "green", "red"])[..])
    );
    assert_eq!(numbers(&data.features, "x")[36..39], [0.0, 1.0, 3.0]);
    assert_eq!((understood(data).skipped, data.arrangement.file_row(38)), (3, 4));
    config.validation_path = None;
    let without = Prepared::load(&config, Seed::new(0)).unwrap();
    assert_eq!((without.split.test, without.split.validation.len()), ((30..37).collect(), 3));
    assert_ne!(without.dataset.fingerprint, data.fingerprint);
    config.test_path = Some(files.write("short.csv", "x,y\n1,a\n"));
    let error = config.load().unwrap_err();
    let expected = "short.csv: there is no column \"kind\", which the file of data.path has";
    assert_eq!(message(&files.0, &error, ErrorKind::Data), expected);
    let grouped = table("g,x,y", 30, |row| format!("g{},{row}.5,{}", row % 6, row % 2));
    let mut config = files.config(grouped);
    config.group = Some("g".to_owned());
    config.test_path = Some(files.write("test.csv", "g,x,y\nnew,1,0\ng3,2,1\n"));
    let error = Prepared::load(&config, Seed::new(0)).unwrap_err();
    assert!(error.to_string().contains("row 31 of the test part is of a group that the"), "{error}");
}

#[test]
fn an_item_may_have_any_number_of_labels() {
    let files = Files::new();
    let columns =
        table("x,fog,rain,wind", 30, |row| format!("{row}.5,{},{},{}", row % 2, row % 3 / 2, (row + 1) % 2));
    let multi = |config: &mut DataConfig| {
        config.task = Some(TaskKind::MultiLabel);
        config.target = names(&["fog", "rain", "wind"]);
    };
    let data = files.load(&columns, multi);
    let Target::Labels { sets, names: labels } = &data.target else { panic!() };
    assert_eq!(
        (labels, sets[..4].to_vec()),
        (&names(&["fog", "rain", "wind"]), vec![vec![2], vec![0], vec![1, 2], vec![0]])
    );
    let cells = table("x,weather", 30, |row| {
        let labels = [(row % 2 == 1, "fog"), (row % 3 == 2, "rain"), (row % 2 == 0, "wind")];
        let cell: Vec<&str> =
            labels.into_iter().filter(|(is_there, _)| *is_there).map(|(_, name)| name).collect();
        format!("{row}.5,{}", cell.join(" | "))
    });
    let data_of_cells = files.load(&cells, |config| config.task = Some(TaskKind::MultiLabel));
    assert_eq!(data_of_cells.target, data.target);
    let prepared = Prepared::new(data, &DataConfig::new("csv"), Seed::new(0)).unwrap();
    assert_eq!(prepared.fitted.label_names(), Some(&names(&["fog", "rain", "wind"])[..]));
    let (error, _) = files.fails("x,a,b\n1,0,1\n2,1,2\n3,0,0\n", ErrorKind::Data, |config| {
        config.task = Some(TaskKind::MultiLabel);
        config.target = names(&["a", "b"]);
    });
    assert_eq!(error, "t.csv: row 2 of column \"b\" is 2, and a label is 0 or 1");
}

#[test]
fn a_column_has_one_role() {
    let files = Files::new();
    let text = table("a,b,c,y", 30, |row| format!("{row},{}.5,{},{}", row * row, row % 3, row % 2));
    let both = |set: fn(&mut DataConfig)| files.fails(&text, ErrorKind::Usage, set);
    let (error, help) = both(|config| {
        config.numeric = vec!["a".to_owned()];
        config.categorical = vec!["a".to_owned()];
    });
    assert_eq!(
        (error.as_str(), help.as_str()),
        ("the column \"a\" is in data.categorical and in data.numeric", "take it out of one of the two")
    );
    let (error, _) = both(|config| {
        config.group = Some("y".to_owned());
        config.target = vec!["y".to_owned()];
    });
    assert_eq!(error, "the column \"y\" is in data.target and in data.group");
    let (error, help) = both(|config| config.group = Some("bb".to_owned()));
    assert_eq!(
        (error.as_str(), help.as_str()),
        ("data.group names the column \"bb\", which t.csv does not have", "did you mean \"b\"?")
    );
}
