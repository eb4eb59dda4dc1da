//! Which parameters a penalty acts on.

use std::fmt;

use kiln_core::{ParamInfo, ParamKind};

use crate::ParamSelection;

impl ParamSelection {
    /// Whether the penalty acts on this parameter. Only trainable ones are ever selected.
    pub fn matches(&self, info: &ParamInfo) -> bool {
        info.trainable
            && match self {
                Self::Weights => info.kind == ParamKind::Weight,
                Self::All => true,
                Self::Biases => info.kind == ParamKind::Bias,
                Self::Paths(paths) => paths.iter().any(|path| is_at_or_below(&info.path, path)),
            }
    }

    /// The first part of the selection that matches none of `params`, in words.
    pub(crate) fn unmatched(&self, params: &[ParamInfo]) -> Option<String> {
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
            Self::Paths(paths) => write!(f, "{paths:?}"),
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
        assert_eq!(
            taken(ParamSelection::All),
            ["output.weight", "output.bias", "norm.gamma", "outputs.weight"]
        );
        let paths = |paths: &[&str]| ParamSelection::Paths(paths.iter().map(|p| (*p).to_owned()).collect());
        assert_eq!(taken(paths(&["output"])), ["output.weight", "output.bias"]);
        assert_eq!(taken(paths(&["norm", "outputs.weight"])), ["norm.gamma", "outputs.weight"]);

        assert_eq!(paths(&["output", "typo"]).unmatched(&params).as_deref(), Some("[\"typo\"]"));
        assert_eq!(paths(&["frozen"]).unmatched(&params).as_deref(), Some("[\"frozen\"]"));
        assert_eq!(paths(&[]).unmatched(&params).as_deref(), Some("[]"));
        assert_eq!(ParamSelection::Weights.unmatched(&params), None);
        assert_eq!(ParamSelection::Biases.unmatched(&params[..1]).as_deref(), Some("biases"));
    }
}
