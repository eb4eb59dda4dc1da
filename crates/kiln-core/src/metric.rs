//! A metric where it is made: its name and its direction.

use crate::Direction;

/// What a metric is called, and in which direction it gets better.
///
/// A name of the field needs no direction ([`Direction::of_known`]), and text is a metric wherever one is wanted. A metric
/// of your own says its direction where it is made. One that is only looked at needs none; one that picks the best
/// weights, stops a training or judges trials does.
///
/// ```
/// use kiln_core::{Direction, Metric, Metrics};
///
/// let mut metrics = Metrics::new();
/// metrics.set("accuracy", 0.9);
/// metrics.set(Metric::minimise("stalls"), 3.0);
/// metrics.set("wobble", 0.2);
/// assert_eq!(metrics.direction("accuracy"), Some(Direction::Maximise));
/// assert_eq!(metrics.direction("stalls"), Some(Direction::Minimise));
/// assert_eq!(metrics.direction("wobble"), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metric {
    pub(crate) name: String,
    /// The direction, where the name does not tell it or tells another.
    pub(crate) own: Option<Direction>,
}

impl Metric {
    /// A metric of which small values are better.
    pub fn minimise(name: impl Into<String>) -> Self {
        Self::with(name, Direction::Minimise)
    }

    /// A metric of which large values are better.
    pub fn maximise(name: impl Into<String>) -> Self {
        Self::with(name, Direction::Maximise)
    }

    /// A metric with its direction.
    pub fn with(name: impl Into<String>, direction: Direction) -> Self {
        let name = name.into();
        let own = Some(direction).filter(|own| Direction::of_known(&name) != Some(*own));
        Self { name, own }
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// In which direction it gets better, where it says so or its name does.
    pub fn direction(&self) -> Option<Direction> {
        self.own.or_else(|| Direction::of_known(&self.name))
    }

    /// The direction, where its name does not tell it: what has to be written down beside the name.
    pub fn own_direction(&self) -> Option<Direction> {
        self.own
    }
}

impl From<&str> for Metric {
    fn from(name: &str) -> Self {
        Self { name: name.to_owned(), own: None }
    }
}

impl From<String> for Metric {
    fn from(name: String) -> Self {
        Self { name, own: None }
    }
}

impl From<&String> for Metric {
    fn from(name: &String) -> Self {
        Self { name: name.clone(), own: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_direction_that_the_name_tells_is_not_kept_beside_it() {
        assert_eq!(Metric::minimise("loss"), Metric::from("loss"));
        assert_eq!(Metric::maximise("loss").own_direction(), Some(Direction::Maximise));
        assert_eq!(Metric::maximise("loss").direction(), Some(Direction::Maximise));
        assert_eq!(Metric::from("wobble").direction(), None);
    }
}
