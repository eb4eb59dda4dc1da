//! What a path is: a model for every strength, and the curve that picks one.

use kiln_core::{Direction, Metrics};
use kiln_train::Sparsity;
use kiln_validate::path::{Curve, LogisticPoint, PathError};
use serde::{Deserialize, Serialize};

/// A regularisation path: a model for every strength of a penalty, and the strength that held-out items pick.
#[derive(Debug, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
#[non_exhaustive]
pub struct PathReport {
    /// What the configuration is called.
    pub label: String,
    /// The column of numbers that is predicted, if it is one.
    pub target: Option<String>,
    /// The classes, if the target is classes.
    pub classes: Vec<String>,
    /// How the models came about.
    pub kind: PathKind,
    /// Numbers that the penalty acts on.
    pub numbers: usize,
    /// The metric that picks.
    pub metric: String,
    /// In which direction the metric gets better.
    pub direction: Direction,
    /// The strongest penalty first.
    pub points: Vec<PathStrength>,
    /// Of the metric; its sign is turned where large is better.
    #[serde(skip_serializing)]
    pub curve: Curve,
    /// The metric without the penalty, where that was measured.
    pub dense: Option<f64>,
    /// What judged the models.
    pub judged: JudgedBy,
    /// Items that models were fitted to and judged by.
    pub items: usize,
    /// Whether the path went on below the strength where it should have ended, because that was the best.
    pub went_on: bool,
}

/// How the models came about.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PathKind {
    /// A linear model was solved at every strength.
    Solved {
        /// The columns of the matrix.
        features: Vec<String>,
        /// The share of L1.
        l1_ratio: f64,
        /// What L2 there is besides.
        l2: f64,
    },
    /// The model was trained at every strength, from the weights of the one before.
    Trained {
        /// The penalty as a formula.
        penalty: String,
        /// Epochs at each strength.
        epochs: u64,
    },
}

/// What judged them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JudgedBy {
    /// So many folds.
    Folds(usize),
    /// A validation part of this many items.
    Validation(usize),
}

/// One strength.
#[derive(Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PathStrength {
    /// The strength.
    pub lambda: f64,
    /// Penalised numbers that are not zero.
    pub nonzero: usize,
    /// The metrics of held-out items.
    pub scores: StrengthScores,
    /// The model.
    pub model: PathModel,
}

/// The metrics at one strength.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StrengthScores {
    /// The means of all metrics.
    pub mean: Metrics,
    /// The metrics of each fold; those of the one part where there are no folds.
    pub parts: Vec<Metrics>,
    /// The standard error of the metric that picks over the items, where there are no folds.
    pub over_items: Option<f64>,
}

/// What is known of a model.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PathModel {
    /// All of it.
    Linear(LogisticPoint),
    /// What is left of a network.
    Network {
        /// What is left of each layer.
        layers: Vec<LayerLeft>,
        /// The columns of a table that the first layer still looks at, where it is penalised.
        inputs: Option<Vec<String>>,
    },
}

/// What is left of a matrix or of filters.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LayerLeft {
    /// Its zeros.
    pub zeros: Sparsity,
    /// Inputs that it has.
    pub inputs: usize,
}

impl PathReport {
    /// The metric at a strength.
    pub fn metric(&self, place: usize) -> f64 {
        self.direction.loss(self.curve.mean()[place])
    }

    /// Whether the best metric is that of the smallest strength, so that less may be better still.
    pub fn is_best_last(&self) -> bool {
        self.points.len() > 1 && self.curve.minimum() + 1 == self.points.len()
    }

    /// Whether each class has coefficients of its own.
    pub fn has_class_coefficients(&self) -> bool {
        self.classes.len() > 2
    }

    /// What the coefficient at a place of `[outputs, features]` is called.
    pub fn coefficient(&self, features: &[String], place: usize) -> String {
        let (output, feature) = (place / features.len().max(1), place % features.len().max(1));
        let feature = features.get(feature).map_or("", String::as_str);
        match self.classes.get(output).filter(|_| self.has_class_coefficients()) {
            Some(class) => format!("{feature} → {class}"),
            None => feature.to_owned(),
        }
    }
}

/// The scores of each strength, from the metrics of each fold.
pub(super) fn over_folds(folds: &[Vec<Metrics>]) -> Vec<StrengthScores> {
    let strengths = folds.first().map_or(0, Vec::len);
    let at = |place: usize| {
        let parts: Vec<Metrics> = folds.iter().map(|fold| fold[place].clone()).collect();
        let names: Vec<String> = parts[0].iter().map(|(name, _)| name.to_owned()).collect();
        let mean = |name: &String| {
            let all = parts.iter().map(|part| part.get(name).unwrap_or(f64::NAN));
            all.sum::<f64>() / parts.len() as f64
        };
        let mean = names.iter().map(|name| (name.clone(), mean(name))).collect();
        StrengthScores { mean, parts, over_items: None }
    };
    (0..strengths).map(at).collect()
}

/// The curve of a metric along points whose strengths fall.
pub(super) fn curve(points: &[PathStrength], metric: &str, direction: Direction) -> Result<Curve, PathError> {
    let lambdas = points.iter().map(|point| point.lambda).collect();
    let of = |metrics: &Metrics| direction.loss(metrics.get(metric).unwrap_or(f64::NAN));
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

/// What is written of a path. The curve follows from it.
#[derive(Debug, Deserialize)]
struct Stored {
    label: String,
    target: Option<String>,
    classes: Vec<String>,
    kind: PathKind,
    numbers: usize,
    metric: String,
    direction: Direction,
    points: Vec<PathStrength>,
    dense: Option<f64>,
    judged: JudgedBy,
    items: usize,
    #[serde(default)]
    went_on: bool,
}

impl TryFrom<Stored> for PathReport {
    type Error = String;

    fn try_from(stored: Stored) -> Result<Self, String> {
        let Stored {
            label,
            target,
            classes,
            kind,
            numbers,
            metric,
            direction,
            points,
            dense,
            judged,
            items,
            went_on,
        } = stored;
        // What is drawn goes through all points place by place.
        let sizes = |point: &PathStrength| match &point.model {
            PathModel::Linear(model) => [model.coef.len(), model.intercept.len()],
            PathModel::Network { layers, .. } => [layers.len(), 0],
        };
        let parts = |point: &PathStrength| (sizes(point), point.scores.parts.len());
        if points.windows(2).any(|pair| parts(&pair[0]) != parts(&pair[1])) {
            return Err("its points have not as many numbers each".to_owned());
        }
        let curve = curve(&points, &metric, direction).map_err(|error| error.to_string())?;
        let report = Self {
            label,
            target,
            classes,
            kind,
            numbers,
            metric,
            direction,
            points,
            curve,
            dense,
            judged,
            items,
            went_on,
        };
        Ok(report)
    }
}
