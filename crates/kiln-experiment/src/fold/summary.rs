//! What all folds say together.

use kiln_core::{Direction, Metric, Metrics, bounds_of};
use kiln_validate::statistics::{StatisticsError, Summary, summary};

use super::record::FoldRecord;

/// The scores of all folds, metric by metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Summaries(pub Vec<MetricSummary>);

/// One metric over all folds.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MetricSummary {
    /// The metric.
    pub name: String,
    /// In which direction it gets better, where that is known.
    pub direction: Option<Direction>,
    /// Its value for the test items of each fold.
    pub values: Vec<f64>,
    /// Mean, standard deviation, and the 95 % interval corrected for the training items that folds share, cut at the ends that
    /// the metric has ([`bounds_of`]). The loss of a configuration is cut at 0 where it cannot be negative; of one's own loss no
    /// end is known.
    pub summary: Summary,
}

impl Summaries {
    /// Of the metrics that every fold has. `test_share`: test items over training items, the mean over the folds.
    ///
    /// # Errors
    /// [`StatisticsError`] for fewer than two folds.
    pub fn of(records: &[FoldRecord], test_share: f64) -> Result<Self, StatisticsError> {
        let names = records.first().map(|record| record.test.clone()).unwrap_or_default();
        let mut all = Vec::new();
        for (name, _) in names.iter() {
            let values: Option<Vec<f64>> = records.iter().map(|record| record.metric(name)).collect();
            if let Some(values) = values
                && values.iter().all(|value| value.is_finite())
            {
                let summary = summary(&values, test_share, 0.95)?.within(bounds_of(name));
                let direction = names.direction(name);
                all.push(MetricSummary { name: name.to_owned(), direction, values, summary });
            }
        }
        Ok(Self(all))
    }

    /// With the interval of the metric called `name` cut at ends that its name does not tell.
    #[must_use]
    pub fn within(mut self, name: &str, ends: [f64; 2]) -> Self {
        for metric in self.0.iter_mut().filter(|metric| metric.name == name) {
            metric.summary = metric.summary.within(ends);
        }
        self
    }

    /// The summary of one metric.
    pub fn get(&self, name: &str) -> Option<&MetricSummary> {
        self.0.iter().find(|metric| metric.name == name)
    }

    /// The means.
    pub fn means(&self) -> Metrics {
        let metric = |MetricSummary { name, direction, .. }: &MetricSummary| match direction {
            Some(direction) => Metric::with(name, *direction),
            None => name.into(),
        };
        Metrics::from_iter(self.0.iter().map(|summary| (metric(summary), summary.summary.mean)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_is_cut_where_it_ends_and_nothing_else_is() {
        let fold = |loss| FoldRecord {
            test: Metrics::from_iter([("loss", loss), ("wobble", loss)]),
            ..FoldRecord::default()
        };
        let interval = |summaries: &Summaries, name| summaries.get(name).unwrap().summary.interval;
        let open = Summaries::of(&[fold(0.01), fold(0.2), fold(0.01)], 0.5).unwrap();
        assert!(interval(&open, "loss")[0] < 0.0);
        let cut = open.clone().within("loss", [0.0, f64::INFINITY]);
        assert_eq!(interval(&cut, "loss"), [0.0, interval(&open, "loss")[1]]);
        assert_eq!(interval(&cut, "wobble"), interval(&open, "wobble"));
    }
}
