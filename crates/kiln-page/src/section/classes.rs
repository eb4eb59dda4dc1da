//! How well classes are told apart, and how far their probabilities can be trusted.

use kiln_experiment::{Evaluation, Said, ScoredItems};
use kiln_metrics::{Binning, calibration_curve, precision_recall_curve, roc_curve, top_label};
use kiln_report::{Chart, human};
use kiln_train::Decision;

use crate::block::{Block, Matrix, Section, Table};

/// Classes whose counts are shown.
const SHOWN: usize = 30;
/// Classes whose curves are drawn: as many as there are colours beside that of chance.
const CURVES: usize = 5;
/// Bins of the calibration, all of one width, as in the metric `ece`.
const BINS: usize = 10;

pub(super) fn classes(found: &Evaluation, items: &ScoredItems) -> Vec<Section> {
    let Said::Classes { logits, labels, decision } = &items.said else { return Vec::new() };
    let names = found.classes.clone().unwrap_or_default();
    let of_classes = OfClasses { logits, labels, names: &names, weights: items.weights.as_deref() };
    let matrix = found.confusion.as_ref().map(|counts| confusion(counts, &names));
    let mut sections = vec![
        Section::new("confusion", "Confusion matrix").with_any(matrix).with_any(per_class(found)),
        of_classes.ranking(*decision, found),
        of_classes.calibration(*decision),
    ];
    sections.retain(|section| !section.blocks.is_empty());
    sections
}

pub(super) fn confusion(counts: &[Vec<u64>], names: &[String]) -> Block {
    if names.len() > SHOWN {
        // The pairs that are confused most often say more than a matrix that nobody can read.
        let mut pairs: Vec<(u64, usize, usize)> = Vec::new();
        for (actual, row) in counts.iter().enumerate() {
            pairs.extend(
                row.iter()
                    .enumerate()
                    .filter(|(class, count)| *class != actual && **count > 0)
                    .map(|(class, count)| (*count, actual, class)),
            );
        }
        pairs.sort_by(|a, b| b.cmp(a));
        let mut table = Table::new(
            format!("The {SHOWN} most frequent confusions of {} classes", names.len()),
            &["true", "predicted", "items"],
        );
        for (count, actual, class) in pairs.into_iter().take(SHOWN) {
            table.row([names[actual].clone(), names[class].clone(), human::count(count)]);
        }
        return Block::Table(table);
    }
    Block::Matrix(Matrix::new(names, counts))
}

fn per_class(found: &Evaluation) -> Option<Block> {
    let mut table = Table::new("Scores of each class", &["class", "precision", "recall", "F1", "items"]);
    for class in &found.per_class {
        let scores = [class.precision, class.recall, class.f1].map(human::metric);
        table.row([class.class.clone()].into_iter().chain(scores).chain([items(class.support)]));
    }
    table.block()
}

/// A number of items, which with weights is no whole one.
fn items(count: f64) -> String {
    if count.fract() == 0.0 { human::count(count as u64) } else { human::metric(count) }
}

/// A place on the ROC and on the precision-recall curve.
struct AtThreshold {
    false_positives: f64,
    recall: f64,
    precision: f64,
}

struct OfClasses<'a> {
    logits: &'a [f32],
    labels: &'a [u32],
    names: &'a [String],
    weights: Option<&'a [f64]>,
}

impl OfClasses<'_> {
    fn classes(&self) -> usize {
        self.names.len().max(2)
    }

    /// Row-major, `[items, classes]`.
    fn probabilities(&self, decision: Decision) -> Vec<f64> {
        let of =
            |logits: &[f32]| decision.probabilities(logits).into_iter().map(f64::from).collect::<Vec<_>>();
        self.logits.chunks(self.classes()).flat_map(of).collect()
    }

    /// The classes that have curves: the second of two, or those with the most items.
    fn drawn(&self) -> Vec<usize> {
        if self.classes() == 2 {
            return vec![1];
        }
        let mut counts = vec![0_usize; self.classes()];
        self.labels.iter().for_each(|label| counts[*label as usize] += 1);
        let mut order: Vec<usize> = (0..self.classes()).filter(|class| counts[*class] > 0).collect();
        order.sort_by_key(|class| (std::cmp::Reverse(counts[*class]), *class));
        order.truncate(CURVES);
        order.sort_unstable();
        order
    }

    /// ROC and precision-recall curves, of one class against all others.
    fn ranking(&self, decision: Decision, found: &Evaluation) -> Section {
        let section = Section::new("ranking", "ROC and precision-recall curves");
        let probabilities = self.probabilities(decision);
        let title = |curve: &str, area: &str, metric: &str| {
            let of_two =
                found.metrics.get(metric).map(|value| format!("{curve}: {area} {}", human::metric(value)));
            let mean = found.metrics.get(&format!("{metric}_ovr"));
            let of_more = mean.map(|value| format!("{curve}s: mean {area} {}", human::metric(value)));
            of_two.or(of_more).unwrap_or_else(|| curve.to_owned())
        };
        let roc = title("ROC curve", "area", "roc_auc");
        let mut roc = Chart::new(roc, "false positive rate (of negatives)", "true positive rate");
        let pr = title("Precision-recall curve", "average precision", "average_precision");
        let mut pr = Chart::new(pr, "recall (of positives)", "precision");
        // Each axis says of what it is a share.
        (roc.unit, pr.unit) = ("of positives".to_owned(), "of those called so".to_owned());
        let drawn = self.drawn();
        for class in &drawn {
            let is_class: Vec<u32> =
                self.labels.iter().map(|label| u32::from(*label as usize == *class)).collect();
            let scores: Vec<f64> =
                probabilities.iter().skip(*class).step_by(self.classes()).copied().collect();
            let name = self.names.get(*class).cloned().unwrap_or_default();
            // Not defined where all items are of one class.
            if let Ok(curve) = roc_curve(&is_class, &scores, self.weights) {
                roc = roc
                    .series(name.clone(), curve.fpr.iter().copied().zip(curve.tpr.iter().copied()).collect());
            }
            if let Ok(curve) = precision_recall_curve(&is_class, &scores, self.weights) {
                pr = pr.series(
                    name,
                    curve.recall.iter().copied().zip(curve.precision.iter().copied()).rev().collect(),
                );
            }
        }
        if roc.series.is_empty() {
            return section;
        }
        roc = roc.series("chance", vec![(0.0, 0.0), (1.0, 1.0)]);
        if let Some(kept) = found.decision.as_ref().and_then(|kept| kept.threshold.as_ref()) {
            let at = self.at_threshold(&probabilities, kept.chosen.value);
            let name = format!("from {} on", human::metric(kept.chosen.value));
            roc = roc.scatter(name.as_str(), vec![(at.false_positives, at.recall)]);
            pr = pr.scatter(name, vec![(at.recall, at.precision)]);
        }
        let word = match self.classes() {
            2 => format!("Positive is the class {:?}.", self.names.get(1).map_or("", String::as_str)),
            classes if classes > CURVES => {
                format!("Each class against all others; the {CURVES} with the most items are drawn.")
            }
            _ => "Each class against all others.".to_owned(),
        };
        let threshold = found.decision.as_ref().and_then(|kept| kept.threshold.as_ref()).map(|kept| {
            Block::Text(format!(
                "An item is called {:?} from a probability of {} on, as the run keeps it.",
                self.names.get(1).map_or("", String::as_str),
                human::metric(kept.chosen.value)
            ))
        });
        section.with(Block::Text(word)).with_any(threshold).with_charts([roc, pr])
    }

    /// Where a threshold of the second of two classes lies on both curves; NaN where there are no such items.
    fn at_threshold(&self, probabilities: &[f64], threshold: f64) -> AtThreshold {
        // Of each class the items that are called so, and all.
        let mut sums = [[0.0; 2]; 2];
        for (item, label) in self.labels.iter().enumerate() {
            let weight = self.weights.map_or(1.0, |weights| weights[item]);
            let is_called = f64::from(u8::from(probabilities[2 * item + 1] >= threshold));
            let sum = &mut sums[usize::from(*label == 1)];
            sum[0] += weight * is_called;
            sum[1] += weight;
        }
        let [[wrong, negatives], [right, positives]] = sums;
        AtThreshold {
            false_positives: wrong / negatives,
            recall: right / positives,
            precision: right / (right + wrong),
        }
    }

    /// How often items have the class that is predicted with a probability.
    fn calibration(&self, decision: Decision) -> Section {
        let mut errors = Vec::new();
        let mut chart = Chart::new("Calibration", "probability", "share of items that is right");
        let both = [("with its temperature", decision), ("as trained", Decision::default())];
        let both = if decision.temperature == 1.0 { &both[1..] } else { &both[..] };
        for (name, decision) in both {
            let probabilities = self.probabilities(decision.with_temperature(decision.temperature));
            let pair = if self.classes() == 2 {
                Ok((self.labels.to_vec(), probabilities.iter().skip(1).step_by(2).copied().collect()))
            } else {
                top_label(self.labels, &probabilities)
            };
            let curve = pair.and_then(|(right, sure)| {
                calibration_curve(&right, &sure, BINS, Binning::Uniform, self.weights)
            });
            if let Ok(curve) = curve {
                errors.push(format!("{} {name}", human::metric(curve.ece())));
                chart = chart.series(*name, curve.prob_pred().into_iter().zip(curve.prob_true()).collect());
            }
        }
        if chart.series.is_empty() {
            return Section::new("calibration", "Calibration");
        }
        chart.title = format!("Calibration: expected error {}", errors.join(", "));
        chart = chart.series("perfect", vec![(0.0, 0.0), (1.0, 1.0)]);
        let what = if self.classes() == 2 {
            format!(
                "Of the items with about the same probability of {:?}, the share that has this class.",
                self.names.get(1).map_or("", String::as_str)
            )
        } else {
            "Of the items whose likeliest class has about the same probability, the share that has this class.".to_owned()
        };
        Section::new("calibration", "Calibration").with(Block::Text(what)).with_charts([chart])
    }
}
