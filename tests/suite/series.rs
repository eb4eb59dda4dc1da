//! Time series as a user meets them: from files of every kind to a model, predictions, folds and a forecast.

use crate::common::Place;

const SMALL: &str = "model.kind=inception-time model.filters=4 model.kernels=[5,3] model.modules=3 \
                     model.bottleneck=4 train.epochs=20 train.batch_size=8 optim.lr=0.01 data.refit=false --progress off";

/// The numbers of a series: a fast wave or a slow one.
fn wave(item: usize, steps: usize) -> Vec<String> {
    let speed = [0.3, 1.1][item % 2];
    (0..steps).map(|step| format!("{:.4}", (speed * step as f64 + item as f64).sin())).collect()
}

fn class(item: usize) -> &'static str {
    ["slow", "fast"][item % 2]
}

fn archive(items: std::ops::Range<usize>) -> String {
    let line = |item: usize| format!("{}:{}\n", wave(item, 18 + item % 5).join(","), class(item));
    let head = "@problemName Waves\n@timeStamps false\n@univariate true\n@equalLength false\n@classLabel true fast slow\n@data\n";
    format!("{head}{}", items.map(line).collect::<String>())
}

#[test]
fn an_archive_is_trained_judged_predicted_and_folded() {
    let place = Place::new();
    place.write("waves/Waves_TRAIN.ts", archive(0..60));
    place.write("waves/Waves_TEST.ts", archive(60..100));
    let info = place.ok("data info waves");
    assert!(info.stdout.contains("series of up to 22 steps"), "{}", info.stdout);
    assert!(info.stdout.contains("40"), "{}", info.stdout);
    place.ok(&format!("train waves {SMALL} augment.series=[{{kind=\"jitter\"}},{{kind=\"window-slice\"}}]"));
    let measured = place.ok("eval last --quiet --json");
    let accuracy = measured.stdout.contains("\"accuracy\":1") || measured.stdout.contains("\"accuracy\":0.9");
    assert!(accuracy, "{}", measured.stdout);
    place.ok("verify last");
    let lines = archive(100..104).replace("@classLabel true fast slow", "@classLabel false");
    place.write("new.ts", lines.replace(":slow", "").replace(":fast", ""));
    let predicted = place.ok("predict last new.ts");
    let found: Vec<&str> = predicted.stdout.lines().collect();
    assert_eq!(found, ["row,prediction", "1,slow", "2,fast", "3,slow", "4,fast"]);
    let judged = place.ok("eval last --data waves/Waves_TEST.ts --quiet");
    assert!(judged.stdout.contains("accuracy"), "{}", judged.stdout);
    place.ok("export last -o model.onnx");
    place.ok("export last -o model.safetensors");
    // A trained model in kiln-infer, which reads no file: the numbers are those of new.ts.
    place.ok("export last -o model.kiln");
    let model = kiln_infer::Model::load(place.path().join("model.kiln")).unwrap();
    let numbers = |item: usize| wave(item, 18 + item % 5).iter().map(|x| x.parse().unwrap()).collect();
    let series: Vec<[Vec<f64>; 1]> = (100..104).map(|item| [numbers(item)]).collect();
    let classes: Vec<_> = model.predict_series(&series).unwrap().iter().map(|found| found.class()).collect();
    assert_eq!(classes, [Some("slow"), Some("fast"), Some("slow"), Some("fast")]);
    let folds = place.ok(&format!("cv waves {SMALL} --folds 3 train.epochs=3"));
    assert!(folds.stdout.contains("accuracy"), "{}", folds.stdout);
}

#[test]
fn tables_of_steps_and_of_series_hold_what_an_archive_holds() {
    let place = Place::new();
    let steps = |items: std::ops::Range<usize>| -> String {
        let row = |item: usize| {
            let own = wave(item, 20).into_iter().enumerate();
            own.map(move |(step, x)| format!("w{item},{step},{x},{}\n", class(item))).collect::<String>()
        };
        format!("id,step,x,speed\n{}", items.map(row).collect::<String>())
    };
    place.write("long.csv", steps(0..80));
    let data = "long.csv data.series=id data.time=step data.target=speed";
    let trained = place.ok(&format!("train {data} {SMALL}"));
    assert!(trained.says("80 series of up to 20 steps"), "{}", trained.stderr);
    place.write("new.csv", steps(80..83));
    let predicted = place.ok("predict last new.csv");
    let found: Vec<&str> = predicted.stdout.lines().collect();
    assert_eq!(found, ["row,id,prediction", "1,w80,slow", "2,w81,fast", "3,w82,slow"]);
    place.ok("eval last --data new.csv --quiet");

    let names: Vec<String> = (0..20).map(|step| format!("t{step}")).collect();
    let row = |item: usize| format!("{},{}\n", wave(item, 20).join(","), class(item));
    let head = format!("{},speed\n", names.join(","));
    place.write("wide.csv", format!("{head}{}", (0..80).map(row).collect::<String>()));
    place.ok(&format!("train wide.csv data.wide=true data.target=speed {SMALL}"));
    place.write("rows.csv", format!("{head}{}", (80..82).map(row).collect::<String>()));
    let predicted = place.ok("predict last rows.csv");
    assert_eq!(predicted.stdout, "row,prediction\n1,slow\n2,fast\n");
}

#[test]
fn a_forecast_is_trained_on_the_past_and_goes_on_from_the_last_steps() {
    let place = Place::new();
    let rows = |months: usize| -> String {
        let row = |month: usize| {
            let value = 100.0 + month as f64 + 10.0 * (month as f64 * std::f64::consts::TAU / 12.0).sin();
            format!("{}-{:02}-01,{value:.3}\n", 1990 + month / 12, 1 + month % 12)
        };
        format!("month,sales\n{}", (0..months).map(row).collect::<String>())
    };
    place.write("sales.csv", rows(200));
    let data = "sales.csv data.time=month data.target=sales data.horizon=3 data.window=12";
    let dry = place.ok(&format!("train {data} --dry-run"));
    assert!(dry.says("tcn") || dry.stdout.contains("tcn"), "{}{}", dry.stdout, dry.stderr);
    place.ok(&format!(
        "train {data} model.kind=tcn model.channels=[8,8] model.dropout=0 train.epochs=30 --progress off"
    ));
    place.ok("eval last --quiet");
    place.write("new.csv", rows(220));
    let predicted = place.ok("predict last new.csv");
    let lines: Vec<&str> = predicted.stdout.lines().collect();
    assert_eq!((lines.len(), lines[0]), (2, "row,sales+1,sales+2,sales+3"));
    for (step, cell) in lines[1].split(',').skip(1).enumerate() {
        let month = 220 + step;
        let truth = 100.0 + month as f64 + 10.0 * (month as f64 * std::f64::consts::TAU / 12.0).sin();
        let found: f64 = cell.parse().unwrap();
        assert!((found - truth).abs() < 40.0, "step {step}: {found} and {truth}");
    }
    let folds = place
        .ok(&format!("cv {data} model.kind=tcn model.channels=[4] train.epochs=2 --folds 3 --progress off"));
    assert!(folds.stdout.contains("mse") || folds.stdout.contains("mae"), "{}", folds.stdout);
}
