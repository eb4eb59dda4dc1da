//! What a splitter knows of the items: how many, and where asked for their classes and groups.

use kiln_data::{DataError, Dataset};

use super::SplitError;

/// The items to be split: how many, their classes and their groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Items<'a> {
    len: usize,
    labels: Option<&'a [u32]>,
    groups: Option<&'a [u32]>,
}

impl<'a> Items<'a> {
    /// `len` items without labels or groups.
    pub fn new(len: usize) -> Self {
        Self { len, labels: None, groups: None }
    }

    /// The rows of a data set, with their classes where it has some.
    ///
    /// ```
    /// use kiln_data::DataConfig;
    /// use kiln_validate::split::Items;
    ///
    /// let iris = DataConfig::new("iris").load()?;
    /// assert_eq!(Items::of(&iris)?.len(), 150);
    /// # Ok::<(), kiln_data::DataError>(())
    /// ```
    ///
    /// # Errors
    /// [`DataError::Inconsistent`] for a target that does not fit together.
    pub fn of(dataset: &'a Dataset) -> Result<Self, DataError> {
        Ok(Self { labels: dataset.target.labels(), ..Self::new(dataset.target.rows()?) })
    }

    /// One class an item: any numbers, equal for items of one class.
    #[must_use]
    pub fn labels(self, labels: &'a [u32]) -> Self {
        Self { labels: Some(labels), ..self }
    }

    /// One group an item: any numbers, equal for items that must stay together.
    #[must_use]
    pub fn groups(self, groups: &'a [u32]) -> Self {
        Self { groups: Some(groups), ..self }
    }

    /// The class of each item, where it is known.
    pub fn get_labels(&self) -> Option<&'a [u32]> {
        self.labels
    }

    /// The group of each item, where it is known.
    pub fn get_groups(&self) -> Option<&'a [u32]> {
        self.groups
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no items.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The labels and the groups of some of the items.
    pub(crate) fn pick(&self, rows: &[usize]) -> Result<[Option<Vec<u32>>; 2], SplitError> {
        let pick = |values: Option<&[u32]>, what| match values {
            Some(values) if values.len() != self.len => {
                Err(SplitError::Length { what, items: self.len, found: values.len() })
            }
            values => Ok(values.map(|values| rows.iter().map(|&row| values[row]).collect())),
        };
        Ok([pick(self.labels, "labels")?, pick(self.groups, "groups")?])
    }

    /// The class of each item, as an index into the classes in rising order, and the number of classes.
    pub(super) fn classes(&self) -> Result<Coded, SplitError> {
        self.coded(self.labels, "labels")
    }

    /// The group of each item, as an index into the groups in rising order, and the number of groups.
    pub(super) fn group_codes(&self) -> Result<Coded, SplitError> {
        self.coded(self.groups, "groups")
    }

    fn coded(&self, values: Option<&[u32]>, what: &'static str) -> Result<Coded, SplitError> {
        let values = values.ok_or(SplitError::Missing { what })?;
        if values.len() != self.len {
            return Err(SplitError::Length { what, items: self.len, found: values.len() });
        }
        let mut distinct = values.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        let codes = values.iter().map(|value| distinct.partition_point(|known| known < value)).collect();
        Ok(Coded { codes, count: distinct.len() })
    }
}

/// Classes or groups as indices.
#[derive(Debug)]
pub(super) struct Coded {
    /// One for each item, each below `count`.
    pub(super) codes: Vec<usize>,
    pub(super) count: usize,
}

impl Coded {
    /// How many items each has.
    pub(super) fn sizes(&self) -> Vec<usize> {
        let mut sizes = vec![0; self.count];
        for &code in &self.codes {
            sizes[code] += 1;
        }
        sizes
    }

    /// The items of each, rising.
    pub(super) fn members(&self) -> Vec<Vec<usize>> {
        let mut members = vec![Vec::new(); self.count];
        for (item, &code) in self.codes.iter().enumerate() {
            members[code].push(item);
        }
        members
    }
}
