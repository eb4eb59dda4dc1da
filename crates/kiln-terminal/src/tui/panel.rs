//! The curves that are shown, panel by panel.

use kiln_report::{EpochRecord, human};

use super::live::Live;

/// Curves over one axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Panel {
    pub(super) title: String,
    pub(super) curves: Vec<Curve>,
}

/// One curve.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Curve {
    pub(super) of: Of,
    pub(super) points: Vec<(f64, f64)>,
}

/// What a curve is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// Single steps of training.
    Steps,
    Training,
    Validation,
}

impl Of {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Steps => "steps",
            Self::Training => "training",
            Self::Validation => "validation",
        }
    }
}

/// The loss, each metric of the validation part, and the learning rate, in the order of what they say.
pub(super) fn panels(live: &Live) -> Vec<Panel> {
    let epochs: Vec<&EpochRecord> = live.epochs.points().collect();
    let mut loss = of_metric("Loss".to_owned(), "loss", &epochs);
    loss.curves.insert(0, Curve { of: Of::Steps, points: finite(live.losses.points().copied()) });
    let newest = epochs.last();
    let names =
        newest.and_then(|epoch| epoch.validation.as_ref()).into_iter().flat_map(|metrics| metrics.iter());
    let others = names.map(|(name, _)| name).filter(|name| *name != "loss");
    let others = others.map(|name| of_metric(capital(&human::heading(name)), name, &epochs));
    let rate = Curve { of: Of::Training, points: finite(live.rates.points().copied()) };
    let rate = Panel { title: "Learning rate".to_owned(), curves: vec![rate] };
    let mut panels: Vec<Panel> = std::iter::once(loss).chain(others).chain([rate]).collect();
    for panel in &mut panels {
        panel.curves.retain(|curve| !curve.points.is_empty());
    }
    panels
}

fn of_metric(title: String, name: &str, epochs: &[&EpochRecord]) -> Panel {
    let curve = |of, value: &dyn Fn(&EpochRecord) -> Option<f64>| {
        let points = epochs.iter().filter_map(|epoch| Some((epoch.epoch as f64, value(epoch)?)));
        Curve { of, points: finite(points) }
    };
    let training = curve(Of::Training, &|epoch| epoch.train.get(name));
    let validation = curve(Of::Validation, &|epoch| epoch.validation.as_ref()?.get(name));
    Panel { title, curves: vec![training, validation] }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters.as_str().chars()).collect()
}

fn finite(points: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    points.filter(|(_, y)| y.is_finite()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::live::tests::live;
    use super::*;

    #[test]
    fn every_metric_has_a_panel_and_what_is_not_known_no_curve() {
        let panels = panels(&live());
        let shown: Vec<(&str, Vec<(&str, usize)>)> = panels
            .iter()
            .map(|panel| {
                let curves = panel.curves.iter().map(|curve| (curve.of.name(), curve.points.len()));
                (panel.title.as_str(), curves.collect())
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("Loss", vec![("steps", 43), ("training", 4), ("validation", 4)]),
                ("Accuracy", vec![("validation", 4)]),
                ("Learning rate", vec![("training", 43)]),
            ]
        );
    }
}
