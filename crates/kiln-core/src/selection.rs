//! Which parameters something is for: a penalty, a constraint, a group of the optimiser.

use std::fmt;

use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::schema::JsonSchema;
use crate::{ParamInfo, ParamKind};

/// Some of the trainable parameters of a model.
///
/// In a configuration `"weights"`, `"biases"`, `"norms"` or `"all"`, a list of paths `["output"]`, or a regular expression
/// `{ regex = "^blocks" }`.
///
/// ```
/// use burn::nn::LinearConfig;
/// use burn::tensor::Device;
/// use kiln_core::{ParamPattern, ParamSelection, params};
///
/// let model = LinearConfig::new(3, 2).init(&Device::default().autodiff());
/// let weight = ParamSelection::Matching(ParamPattern::new("^w")?);
/// let taken = params::list(&model).iter().filter(|info| weight.matches(info)).count();
/// assert_eq!(taken, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(
    description = "Some of the trainable parameters of a model.",
    extend("x-takes" = "weights, biases, norms, all, a list of paths or { regex = \"…\" }")
)]
#[non_exhaustive]
pub enum ParamSelection {
    /// Matrices and filters; no biases, no scales and shifts of normalisation layers.
    #[default]
    Weights,
    /// Every trainable parameter.
    All,
    /// Biases only.
    Biases,
    /// Scales and shifts of normalisation layers only.
    Norms,
    /// Parameters whose path is one of these or lies below one: `output` matches `output.weight`.
    #[serde(untagged)]
    Paths(Vec<String>),
    /// Parameters whose path matches a regular expression somewhere.
    #[serde(untagged)]
    Matching(ParamPattern),
}

/// A regular expression over the paths of parameters, in the syntax of the crate regex: no look-around, linear time.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Pattern", into = "Pattern")]
pub struct ParamPattern(Regex);

/// Where a regular expression goes wrong, in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PatternError(String);

/// As a configuration has it.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Pattern {
    /// A regular expression over the paths of parameters, in the syntax of the crate regex.
    #[schemars(extend("format" = "regex"))]
    regex: String,
}

impl ParamPattern {
    /// A pattern; `^` and `$` are the ends of a path.
    ///
    /// # Errors
    /// [`PatternError`] if the expression does not parse.
    pub fn new(expression: &str) -> Result<Self, PatternError> {
        Regex::new(expression).map(Self).map_err(|error| PatternError(error.to_string()))
    }

    /// The expression.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl TryFrom<Pattern> for ParamPattern {
    type Error = PatternError;

    fn try_from(pattern: Pattern) -> Result<Self, PatternError> {
        Self::new(&pattern.regex)
    }
}

impl From<ParamPattern> for Pattern {
    fn from(pattern: ParamPattern) -> Self {
        Self { regex: pattern.as_str().to_owned() }
    }
}

impl PartialEq for ParamPattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for ParamPattern {}

impl ParamSelection {
    /// The parameters at or below these paths.
    ///
    /// ```
    /// use kiln_core::ParamSelection;
    ///
    /// let body = ParamSelection::paths(["conv1", "conv2"]);
    /// assert_eq!(body.to_string(), r#"["conv1", "conv2"]"#);
    /// ```
    pub fn paths<S: Into<String>>(paths: impl IntoIterator<Item = S>) -> Self {
        Self::Paths(paths.into_iter().map(Into::into).collect())
    }

    /// Whether this parameter is one of them. Only trainable ones ever are.
    pub fn matches(&self, info: &ParamInfo) -> bool {
        info.trainable
            && match self {
                Self::Weights => info.kind == ParamKind::Weight,
                Self::All => true,
                Self::Biases => info.kind == ParamKind::Bias,
                Self::Norms => info.kind == ParamKind::Norm,
                Self::Paths(paths) => paths.iter().any(|path| is_at_or_below(&info.path, path)),
                Self::Matching(pattern) => pattern.0.is_match(&info.path),
            }
    }

    /// The first part of the selection that matches none of `params`, in words.
    pub fn unmatched(&self, params: &[ParamInfo]) -> Option<String> {
        let matches_none = |one: &Self| !params.iter().any(|info| one.matches(info));
        match self {
            Self::Paths(paths) if !paths.is_empty() => paths
                .iter()
                .map(|path| Self::Paths(vec![path.clone()]))
                .find(matches_none)
                .map(|one| one.to_string()),
            _ => matches_none(self).then(|| self.to_string()),
        }
    }
}

fn is_at_or_below(path: &str, root: &str) -> bool {
    path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

impl fmt::Display for ParamSelection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Weights => write!(f, "weights"),
            Self::All => write!(f, "all"),
            Self::Biases => write!(f, "biases"),
            Self::Norms => write!(f, "norms"),
            Self::Paths(paths) => write!(f, "{paths:?}"),
            Self::Matching(pattern) => write!(f, "/{}/", pattern.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::module::ParamId;

    use super::*;

    fn info(path: &str, kind: ParamKind, trainable: bool) -> ParamInfo {
        ParamInfo { path: path.to_owned(), id: ParamId::new(), dims: vec![2], kind, trainable }
    }

    #[test]
    fn each_selection_takes_its_kind_and_nothing_frozen() {
        let params = [
            info("output.weight", ParamKind::Weight, true),
            info("output.bias", ParamKind::Bias, true),
            info("norm.gamma", ParamKind::Norm, true),
            info("norm.running_mean", ParamKind::Running, false),
            info("outputs.weight", ParamKind::Weight, true),
            info("frozen.weight", ParamKind::Weight, false),
        ];
        let taken = |selection: ParamSelection| -> Vec<&str> {
            params.iter().filter(|i| selection.matches(i)).map(|i| i.path.as_str()).collect()
        };
        assert_eq!(taken(ParamSelection::Weights), ["output.weight", "outputs.weight"]);
        assert_eq!(taken(ParamSelection::Biases), ["output.bias"]);
        assert_eq!(taken(ParamSelection::Norms), ["norm.gamma"]);
        assert_eq!(
            taken(ParamSelection::All),
            ["output.weight", "output.bias", "norm.gamma", "outputs.weight"]
        );
        let paths = |paths: &[&str]| ParamSelection::Paths(paths.iter().map(|p| (*p).to_owned()).collect());
        assert_eq!(taken(paths(&["output"])), ["output.weight", "output.bias"]);
        assert_eq!(taken(paths(&["norm", "outputs.weight"])), ["norm.gamma", "outputs.weight"]);

        let matching = |expression| ParamSelection::Matching(ParamPattern::new(expression).unwrap());
        assert_eq!(taken(matching(r"^output\.")), ["output.weight", "output.bias"]);
        assert_eq!(taken(matching("weight$")), ["output.weight", "outputs.weight"]);
        assert_eq!(matching("^layers").unmatched(&params).as_deref(), Some("/^layers/"));

        assert_eq!(paths(&["output", "typo"]).unmatched(&params).as_deref(), Some("[\"typo\"]"));
        assert_eq!(paths(&["frozen"]).unmatched(&params).as_deref(), Some("[\"frozen\"]"));
        assert_eq!(paths(&[]).unmatched(&params).as_deref(), Some("[]"));
        assert_eq!(ParamSelection::Weights.unmatched(&params), None);
        assert_eq!(ParamSelection::Biases.unmatched(&params[..1]).as_deref(), Some("biases"));
    }

    #[test]
    fn a_configuration_names_them_by_kind_path_or_expression() {
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct Entry {
            params: ParamSelection,
        }
        let matching = ParamSelection::Matching(ParamPattern::new("^a.*b$").unwrap());
        for (text, params) in [
            ("params = \"norms\"", ParamSelection::Norms),
            ("params = [\"output\"]", ParamSelection::Paths(vec!["output".to_owned()])),
            ("params = { regex = \"^a.*b$\" }", matching),
        ] {
            let entry: Entry = toml::from_str(text).unwrap();
            assert_eq!(entry, Entry { params }, "{text}");
            assert_eq!(toml::from_str::<Entry>(&toml::to_string(&entry).unwrap()).unwrap(), entry);
        }
        for bad in
            ["params = \"weight\"", "params = { regex = \"(\" }", "params = { rgex = \"a\" }", "params = 3"]
        {
            assert!(toml::from_str::<Entry>(bad).is_err(), "{bad}");
        }
    }
}
