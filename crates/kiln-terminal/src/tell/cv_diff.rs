//! What two cross-validations on the same folds allow to conclude.

use std::path::{Path, PathBuf};

use kiln_experiment::cv::{CvComparison, FoldComparison};
use kiln_report::human;
use kiln_validate::statistics::{Comparison, McNemar, Verdict};

use crate::fields;
use crate::output::{Output, Unwritten};

/// Says in one sentence what the scores allow to conclude.
pub fn report(found: &CvComparison, folders: &[PathBuf; 2], out: Output) -> Result<(), Unwritten> {
    let found = match found {
        CvComparison::SameFolds(found) => found,
        CvComparison::NoMetric => return Ok(()),
        CvComparison::OtherFolds => {
            let text = "the two were not measured on the same folds, and cannot be compared fold by fold";
            if out.json {
                return out.event("comparison", fields! { verdict: "other_folds", sentence: text });
            }
            return out.data(&format!("\n{text}\n"));
        }
    };
    let FoldComparison { metric, folds, rope, comparison: result, disagreement, .. } = &**found;
    let [a, b] = folders;
    let text = sentence(metric, result, [title(a), title(b)], *folds, *rope);
    if out.json {
        return out.event(
            "comparison",
            fields! {
                metric: metric, folds: folds, a: result.a, b: result.b, difference: result.difference,
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

fn title(run: &Path) -> String {
    run.file_name().map_or_else(|| run.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn sentence(name: &str, result: &Comparison, titles: [String; 2], folds: usize, rope: f64) -> String {
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
            let within = if rope > 0.0 { format!("less than {rope}") } else { "nothing".to_owned() };
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
    use kiln_validate::statistics::compare;

    use super::*;

    #[test]
    fn one_sentence_for_each_verdict() {
        let say = |b: &[f64]| {
            let a = [0.9, 0.92, 0.91, 0.93, 0.9];
            let result = compare(&a, b, 0.25, 0.01, true).unwrap();
            sentence("accuracy", &result, ["A".to_owned(), "B".to_owned()], 5, 0.01)
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
