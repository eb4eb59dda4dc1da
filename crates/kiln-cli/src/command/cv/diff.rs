//! `kiln runs diff` of two cross-validations: what can be concluded.

use std::path::{Path, PathBuf};

use kiln_report::human;
use kiln_train::larger_is_better;
use kiln_validate::statistics::{Comparison, McNemar, Verdict, compare, mcnemar};

use super::data::Folds;
use super::record::FoldRecord;
use super::{Study, predictions};
use crate::args::Global;
use crate::command::train::stored;
use crate::error::CliError;
use crate::output::{Output, fields};
use crate::run_dir::RunRecord;

/// A difference of shares (accuracies, F1) that does not matter.
const ROPE: f64 = 0.01;

/// Says in one sentence what the scores of the same folds allow to conclude.
pub(in crate::command) fn diff(folders: &[PathBuf; 2], global: &Global, out: Output) -> Result<(), CliError> {
    let [a, b] = folders;
    let (study, other) = (Study::read(a)?, Study::read(b)?);
    let (record_a, record_b) = (RunRecord::read(a)?, RunRecord::read(b)?);
    let fingerprint = |record: &RunRecord| record.data.as_ref().map(|data| data.fingerprint.clone());
    let seeded = study.plan.shuffle || study.plan.repeats > 1;
    let same = study.same_folds(&other)
        && fingerprint(&record_a) == fingerprint(&record_b)
        && (!seeded || record_a.seed == record_b.seed);
    if !same {
        let text = "the two were not measured on the same folds, and cannot be compared fold by fold";
        if out.json {
            return out.event("comparison", fields! { verdict: "other_folds", sentence: text });
        }
        return out.data(&format!("\n{text}\n"));
    }
    let resolved = stored(a, global)?;
    let folds = Folds::load(&resolved, |_| Ok(study))?;
    folds.must_be_the_data_of(a)?;
    let (rows_a, rows_b) = (all(a, folds.len())?, all(b, folds.len())?);
    let Some((name, _)) = rows_a[0].test.headline() else { return Ok(()) };
    let scores = |rows: &[FoldRecord]| -> Vec<f64> {
        rows.iter().map(|row| row.test.get(name).unwrap_or(f64::NAN)).collect()
    };
    // Of a loss or an error nobody can say in advance how much of it matters.
    let share = matches!(name, "accuracy" | "macro_f1" | "top5_accuracy");
    let rope = if share { ROPE } else { 0.0 };
    let result =
        compare(&scores(&rows_a), &scores(&rows_b), folds.test_share(), rope, larger_is_better(name))?;
    let disagreement = match (predictions::right(a)?, predictions::right(b)?) {
        (Some(right_a), Some(right_b)) if folds.study.plan.repeats == 1 => Some(mcnemar(&right_a, &right_b)?),
        _ => None,
    };
    let text = sentence(name, &result, [title(a), title(b)], folds.len(), share);
    if out.json {
        return out.event(
            "comparison",
            fields! {
                metric: name, folds: folds.len(), a: result.a, b: result.b, difference: result.difference,
                interval: result.interval, t: result.test.statistic, p: result.test.p_value, rope: rope,
                belief: result.belief, mcnemar: disagreement, verdict: result.verdict, sentence: text,
            },
        );
    }
    let mut lines = format!("\n{text}\n");
    if let Some(McNemar { only_a, only_b, exact, .. }) = disagreement {
        lines += &format!(
            "of the rows on which they disagree, {only_a} are right in the first and {only_b} in the second \
             (McNemar, exact: p {})\n",
            human::metric(exact.p_value)
        );
    }
    out.data(&lines)
}

/// The records of all folds, which must be done.
fn all(run: &Path, folds: usize) -> Result<Vec<FoldRecord>, CliError> {
    let read = |fold| {
        FoldRecord::read(run, fold)?.ok_or_else(|| CliError::FoldMissing { fold, run: run.to_owned() })
    };
    (0..folds).map(read).collect()
}

fn title(run: &Path) -> String {
    run.file_name().map_or_else(|| run.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn sentence(name: &str, result: &Comparison, titles: [String; 2], folds: usize, share: bool) -> String {
    let [a, b] = titles;
    let numbers = format!(
        "{name} {} and {}, difference {} [{}, {}], p {} (corrected t-test over {folds} folds)",
        human::metric(result.a),
        human::metric(result.b),
        human::metric(result.difference),
        human::metric(result.interval[0]),
        human::metric(result.interval[1]),
        human::metric(result.test.p_value)
    );
    match result.verdict {
        Verdict::ABetter => format!("{a} is better than {b}: {numbers}"),
        Verdict::BBetter => format!("{b} is better than {a}: {numbers}"),
        Verdict::Equivalent => {
            let within = if share { format!("less than {ROPE}") } else { "nothing".to_owned() };
            let sure = 100.0 * result.belief.equivalent;
            format!(
                "{a} and {b} do equally well: they differ by {within} with {sure:.0} % probability; {numbers}"
            )
        }
        Verdict::Undecided => format!("it cannot be concluded that {a} or {b} is better: {numbers}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_sentence_for_each_verdict() {
        let say = |b: &[f64]| {
            let a = [0.9, 0.92, 0.91, 0.93, 0.9];
            let result = compare(&a, b, 0.25, ROPE, true).unwrap();
            sentence("accuracy", &result, ["A".to_owned(), "B".to_owned()], 5, true)
        };
        assert!(say(&[0.8, 0.83, 0.8, 0.83, 0.8]).starts_with("A is better than B: accuracy 0.912"));
        assert!(say(&[0.98, 0.99, 0.99, 1.0, 0.98]).starts_with("B is better than A: accuracy 0.912"));
        assert!(
            say(&[0.95, 0.9, 0.93, 0.88, 0.92]).starts_with("it cannot be concluded that A or B is better:")
        );
        let equal = say(&[0.9, 0.92, 0.91, 0.93, 0.9]);
        assert!(
            equal
                .starts_with("A and B do equally well: they differ by less than 0.01 with 100 % probability")
        );
    }
}
