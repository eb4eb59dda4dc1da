//! A calibration for each group of items.

use std::collections::BTreeMap;

use super::error::ConformalError;

/// A calibration for each group of items, such as the values of a column or the classes themselves, so that the level holds within each
/// (Vovk's Mondrian prediction). Small groups get wide intervals.
///
/// ```
/// use kiln_validate::conformal::{ByGroup, Interval};
///
/// let (predicted, actual) = ([1.0, 1.0, 1.0, 1.0], [1.5, 1.0, 3.0, 4.0]);
/// let groups = ["north", "north", "south", "south"];
/// let calibrate = |items: &[usize]| {
///     let of = |list: &[f64]| items.iter().map(|item| list[*item]).collect::<Vec<_>>();
///     Interval::calibrate(&of(&predicted), &of(&actual), 0.6)
/// };
/// let intervals = ByGroup::calibrate(&groups, calibrate)?;
/// assert_eq!(intervals.of(&"north").map(Interval::half_width), Some(0.5));
/// assert_eq!(intervals.of(&"south").map(Interval::half_width), Some(3.0));
/// assert_eq!(intervals.of(&"west"), None);
/// # Ok::<(), kiln_validate::conformal::ConformalError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ByGroup<G, C> {
    calibrations: BTreeMap<G, C>,
}

impl<G: Ord + Clone, C> ByGroup<G, C> {
    /// Calls `calibrate` with the items of each group, counted from 0.
    ///
    /// # Errors
    /// [`ConformalError::NoItems`], and those of `calibrate`.
    pub fn calibrate(
        groups: &[G],
        mut calibrate: impl FnMut(&[usize]) -> Result<C, ConformalError>,
    ) -> Result<Self, ConformalError> {
        if groups.is_empty() {
            return Err(ConformalError::NoItems);
        }
        let mut items: BTreeMap<G, Vec<usize>> = BTreeMap::new();
        for (item, group) in groups.iter().enumerate() {
            items.entry(group.clone()).or_default().push(item);
        }
        let of_group = |(group, items): (G, Vec<usize>)| Ok((group, calibrate(&items)?));
        Ok(Self { calibrations: items.into_iter().map(of_group).collect::<Result<_, ConformalError>>()? })
    }

    /// The calibration of a group; `None` for one that had no items.
    pub fn of(&self, group: &G) -> Option<&C> {
        self.calibrations.get(group)
    }

    /// The groups with their calibrations, in the order of the groups.
    pub fn iter(&self) -> impl Iterator<Item = (&G, &C)> {
        self.calibrations.iter()
    }
}
