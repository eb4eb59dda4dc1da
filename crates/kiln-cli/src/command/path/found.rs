//! Everything that there is to say of a path.

use kiln_train::{Metrics, Sparsity, larger_is_better};
use kiln_validate::path::{Curve, LogisticPoint, PathError};

/// Everything that there is to say of a path.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) label: String,
    /// The column of numbers that is predicted, if it is one.
    pub(super) target: Option<String>,
    /// The classes, if it is those that are predicted.
    pub(super) classes: Vec<String>,
    pub(super) kind: Kind,
    /// Numbers that the penalty acts on.
    pub(super) numbers: usize,
    /// The metric that picks.
    pub(super) metric: String,
    /// The strongest penalty first.
    pub(super) points: Vec<Point>,
    /// Of the metric; its sign is turned where large is better.
    pub(super) curve: Curve,
    /// The metric without the penalty, where that was measured.
    pub(super) dense: Option<f64>,
    pub(super) judged: Judged,
    /// Items that models were fitted to and judged by.
    pub(super) items: usize,
}

/// How the models came about.
#[derive(Debug)]
pub(super) enum Kind {
    /// Solved: the columns of the matrix, the share of L1, and what L2 there is besides.
    Solved { features: Vec<String>, l1_ratio: f64, l2: f64 },
    /// Trained, with a penalty of this formula, for so many epochs at each strength.
    Trained { penalty: String, epochs: u64 },
}

/// What judged them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judged {
    /// So many folds.
    Folds(usize),
    /// A validation part of so many items.
    Validation(usize),
}

/// One strength.
#[derive(Debug)]
pub(super) struct Point {
    pub(super) lambda: f64,
    /// Penalised numbers that are not zero.
    pub(super) nonzero: usize,
    pub(super) scores: Scored,
    pub(super) model: Model,
}

/// The metrics at one strength.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scored {
    /// The means of all metrics.
    pub(super) mean: Metrics,
    /// The metrics of each fold; those of the one part where there are no folds.
    pub(super) parts: Vec<Metrics>,
    /// The standard error of the metric that picks over the items, where there are no folds.
    pub(super) over_items: Option<f64>,
}

/// What is known of a model.
#[derive(Debug, Clone)]
pub(super) enum Model {
    /// All of it.
    Linear(LogisticPoint),
    /// The zeros of its layers, and the columns of a table that its first one still looks at, where it is penalised.
    Network { layers: Vec<Layer>, inputs: Option<Vec<String>> },
}

/// What is left of a matrix or of filters.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    pub(super) zeros: Sparsity,
    /// Inputs that it has.
    pub(super) inputs: usize,
}

impl Found {
    /// The metric at a strength.
    pub(super) fn metric(&self, place: usize) -> f64 {
        sign(&self.metric) * self.curve.mean()[place]
    }

    /// Whether each class has coefficients of its own.
    pub(super) fn has_class_coefficients(&self) -> bool {
        self.classes.len() > 2
    }

    /// What the coefficient at a place of `[outputs, features]` is called.
    pub(super) fn coefficient(&self, features: &[String], place: usize) -> String {
        let (output, feature) = (place / features.len().max(1), place % features.len().max(1));
        let feature = features.get(feature).map_or("", String::as_str);
        match self.classes.get(output).filter(|_| self.has_class_coefficients()) {
            Some(class) => format!("{feature} → {class}"),
            None => feature.to_owned(),
        }
    }
}

fn sign(metric: &str) -> f64 {
    if larger_is_better(metric) { -1.0 } else { 1.0 }
}

/// From the metrics of each fold at each strength, what is said of each strength.
pub(super) fn over_folds(folds: &[Vec<Metrics>]) -> Vec<Scored> {
    let strengths = folds.first().map_or(0, Vec::len);
    let at = |place: usize| {
        let parts: Vec<Metrics> = folds.iter().map(|fold| fold[place].clone()).collect();
        let names: Vec<String> = parts[0].iter().map(|(name, _)| name.to_owned()).collect();
        let mean = |name: &String| {
            let all = parts.iter().map(|part| part.get(name).unwrap_or(f64::NAN));
            all.sum::<f64>() / parts.len() as f64
        };
        let mean = names.iter().map(|name| (name.clone(), mean(name))).collect();
        Scored { mean, parts, over_items: None }
    };
    (0..strengths).map(at).collect()
}

/// The curve of a metric along points whose strengths fall.
pub(super) fn curve(points: &[Point], metric: &str) -> Result<Curve, PathError> {
    let sign = sign(metric);
    let lambdas = points.iter().map(|point| point.lambda).collect();
    let of = |metrics: &Metrics| sign * metrics.get(metric).unwrap_or(f64::NAN);
    let over_items: Option<Vec<f64>> = points.iter().map(|point| point.scores.over_items).collect();
    if let Some(errors) = over_items {
        return Curve::with_errors(
            lambdas,
            points.iter().map(|point| of(&point.scores.mean)).collect(),
            errors,
        );
    }
    let folds = points.first().map_or(0, |point| point.scores.parts.len());
    let fold = |fold: usize| points.iter().map(|point| of(&point.scores.parts[fold])).collect();
    Curve::new(lambdas, &(0..folds).map(fold).collect::<Vec<Vec<f64>>>())
}
