//! The objects that `--json` prints: one a line, `"v":1` and `"event"` first. Fields are only ever added.

mod compare;
mod epoch;

pub use compare::{Compare, Difference, Spread};
pub use kiln_core::CertificateRecord;
use kiln_core::{EpochRecord, Metrics};
use serde::{Deserialize, Serialize};

use epoch::EpochEvent;

/// The version in the field `v`; it rises only when a field is taken away or changes its meaning.
pub const VERSION: u32 = 1;

/// One line of machine-readable output.
///
/// A field without a value is `null`, and metrics that were not measured are `{}`; no field is left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// Training begins.
    Start(Start),
    /// An epoch has been trained and validated. Read back, it has neither `seq` nor `best`.
    Epoch(#[serde(with = "EpochEvent")] EpochRecord),
    /// Training has ended well, early or at the planned end.
    End(End),
    /// One device of `kiln compare`.
    Compare(Compare),
    /// Something may be wrong, and the program goes on.
    Warning(Warning),
    /// The program ends with an error.
    Error(Failure),
}

/// What is going to be trained on what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// The run's directory; none on a dry run.
    pub run_dir: Option<String>,
    /// The run's seed.
    pub seed: u64,
    /// The device by its full name.
    pub device: String,
    /// Threads of the CPU that are used.
    pub threads: u64,
    /// Trainable parameters of the model.
    pub parameters: u64,
    /// Training items.
    pub train: u64,
    /// Validation items.
    pub validation: u64,
    /// Test items.
    pub test: u64,
}

/// How training ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct End {
    /// Why training stopped: `completed`, `early`, `time_limit`, …
    pub stop: String,
    /// The epoch whose weights were kept, from 1.
    pub best_epoch: Option<u64>,
    /// Metrics of the validation items with the kept weights.
    pub validation: Metrics,
    /// Metrics of the test items with the kept weights.
    pub test: Metrics,
    /// Wall-clock seconds of the whole run.
    pub seconds: f64,
    /// Most memory that the process has held.
    pub peak_rss_bytes: Option<u64>,
    /// Hash of the kept weights in canonical order.
    pub weights_blake3: String,
    /// The run's directory; none on a dry run.
    pub run_dir: Option<String>,
    /// How far from the optimum the weights are at most, for linear models; absent for others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<CertificateRecord>,
    /// Share of exact zeros of each layer, `[0, 1]`; absent where no penalty makes any.
    #[serde(default, skip_serializing_if = "Metrics::is_empty")]
    pub sparsity: Metrics,
    /// Outputs of each layer whose incoming weights are all zero. Left out where a model has none.
    #[serde(default, skip_serializing_if = "Metrics::is_empty")]
    pub zero_outputs: Metrics,
    /// Inputs of each layer whose outgoing weights are all zero. Left out where a model has none.
    #[serde(default, skip_serializing_if = "Metrics::is_empty")]
    pub zero_inputs: Metrics,
}

/// What may be wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// What happened, and what it means.
    pub message: String,
    /// The name of the checkpoint that is damaged, where the warning is about one.
    pub checkpoint: Option<String>,
    /// The name of the checkpoint that is used in its place, where there is one.
    pub used: Option<String>,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The exit code.
    pub code: u8,
    /// What happened.
    pub message: String,
    /// What to do about it, where that is known.
    pub help: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EventWriter;

    #[test]
    fn a_warning_names_what_is_used_instead() {
        let warning = Warning {
            message: "checkpoint a is damaged".to_owned(),
            checkpoint: Some("step-00000003".to_owned()),
            used: None,
        };
        assert_eq!(
            line(Event::Warning(warning)),
            concat!(
                r#"{"v":1,"event":"warning","message":"checkpoint a is damaged","#,
                r#""checkpoint":"step-00000003","used":null}"#,
                "\n"
            )
        );
    }

    fn line(event: Event) -> String {
        let mut out = Vec::new();
        EventWriter::new(&mut out).write(&event).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn end() -> Event {
        Event::End(End {
            stop: "early".to_owned(),
            best_epoch: Some(7),
            validation: Metrics::from_iter([("loss", f64::INFINITY)]),
            test: Metrics::new(),
            seconds: 1.5,
            peak_rss_bytes: None,
            weights_blake3: "ab".to_owned(),
            run_dir: Some("runs/x".to_owned()),
            certificate: None,
            sparsity: Metrics::new(),
            zero_outputs: Metrics::new(),
            zero_inputs: Metrics::new(),
        })
    }

    #[test]
    fn start_is_one_line_with_version_and_event_first() {
        let start = Start {
            run_dir: None,
            seed: u64::MAX,
            device: "flex".to_owned(),
            threads: 2,
            parameters: 650,
            train: 1,
            validation: 2,
            test: 3,
        };
        assert_eq!(
            line(Event::Start(start)),
            concat!(
                r#"{"v":1,"event":"start","run_dir":null,"seed":18446744073709551615,"device":"flex","threads":2,"#,
                r#""parameters":650,"train":1,"validation":2,"test":3}"#,
                "\n"
            )
        );
    }

    #[test]
    fn epoch_keeps_the_order_of_its_metrics_and_nan_becomes_null() {
        let epoch = EpochRecord {
            seq: 4,
            epoch: 1,
            step: 20,
            lr: 0.1,
            train: Metrics::from_iter([("loss", f64::NAN)]),
            validation: Some(Metrics::from_iter([("loss", 0.5), ("accuracy", 1.0)])),
            best: true,
            seconds: f64::NAN,
        };
        assert_eq!(
            line(Event::Epoch(epoch)),
            concat!(
                r#"{"v":1,"event":"epoch","epoch":1,"step":20,"lr":0.1,"train":{"loss":null},"#,
                r#""validation":{"loss":0.5,"accuracy":1.0},"seconds":null}"#,
                "\n"
            )
        );
    }

    #[test]
    fn end_names_every_field() {
        assert_eq!(
            line(end()),
            concat!(
                r#"{"v":1,"event":"end","stop":"early","best_epoch":7,"validation":{"loss":null},"test":{},"#,
                r#""seconds":1.5,"peak_rss_bytes":null,"weights_blake3":"ab","run_dir":"runs/x"}"#,
                "\n"
            )
        );
    }

    #[test]
    fn compare_and_error_have_their_fields() {
        let compare = Compare {
            device: "ndarray".to_owned(),
            step_ms: Spread { median: 2.0, min: 1.0, max: 4.0 },
            samples_per_second: 64000.0,
            peak_rss_bytes: Some(1),
            max_loss_diff: Some(1e-7),
            max_grad_diff: None,
            first_difference: Some(Difference { step: 3, layer: "output.bias".to_owned(), difference: 0.5 }),
            again_differs_at: Some(4),
            metrics: Metrics::new(),
            profile: None,
        };
        assert_eq!(
            line(Event::Compare(compare)),
            concat!(
                r#"{"v":1,"event":"compare","device":"ndarray","step_ms":{"median":2.0,"min":1.0,"max":4.0},"#,
                r#""samples_per_second":64000.0,"peak_rss_bytes":1,"max_loss_diff":1e-7,"max_grad_diff":null,"#,
                r#""first_difference":{"step":3,"layer":"output.bias","difference":0.5},"again_differs_at":4,"#,
                r#""metrics":{},"profile":null}"#,
                "\n"
            )
        );
        let failure = Failure { code: 2, message: "two\nlines".to_owned(), help: None };
        assert_eq!(
            line(Event::Error(failure)),
            "{\"v\":1,\"event\":\"error\",\"code\":2,\"message\":\"two\\nlines\",\"help\":null}\n"
        );
    }

    #[test]
    fn a_line_can_be_read_back() {
        let Event::End(back) = serde_json::from_str(&line(end())).unwrap() else { panic!("not the end") };
        assert_eq!((back.best_epoch, back.seconds), (Some(7), 1.5));
        let epoch = EpochRecord { epoch: 2, step: 40, lr: 0.1, seconds: 1.5, ..EpochRecord::default() };
        let text = line(Event::Epoch(epoch.clone()));
        assert!(text.contains(r#""train":{},"validation":{},"seconds":1.5}"#), "{text}");
        assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), Event::Epoch(epoch));
    }
}
