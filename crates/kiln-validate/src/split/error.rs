//! Why items cannot be split as asked.

use std::borrow::Cow;

use kiln_core::{ErrorKind, Explain, NumberError};

/// Why items cannot be split as asked.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SplitError {
    /// The number of folds makes no sense.
    #[error("{folds} folds leave nothing to train on")]
    Folds {
        /// How many were asked for.
        folds: usize,
    },
    /// No repeat or no split was asked for.
    #[error("{what} is 0")]
    None {
        /// What is 0: `repeats`, `splits`, `p`.
        what: &'static str,
    },
    /// More folds than items, groups or members of the largest class.
    #[error("cannot make {folds} folds from {found} {what}")]
    TooFew {
        /// How many folds were asked for.
        folds: usize,
        /// Of what there are too few: `items`, `groups`, `items of the largest class`.
        what: &'static str,
        /// How many there are.
        found: usize,
    },
    /// The folds do not fit into memory.
    #[error("leaving out {p} of {items} items makes more folds than can be held in memory")]
    TooMany {
        /// How many are left out at once.
        p: usize,
        /// How many items there are.
        items: usize,
    },
    /// The splitter needs labels or groups that the items do not have.
    #[error("the splitter needs {what}, but has none")]
    Missing {
        /// `labels` or `groups`.
        what: &'static str,
    },
    /// Labels, groups or test folds of another length.
    #[error("there are {items} items, but {found} {what}")]
    Length {
        /// `labels`, `groups` or `test folds`.
        what: &'static str,
        /// How many items there are.
        items: usize,
        /// How many of them there are.
        found: usize,
    },
    /// The part would be empty, or would hold everything.
    #[error("{test} items to test and {train} to train on do not fit {items} {what}")]
    Sizes {
        /// Of what: `items`, `groups`.
        what: &'static str,
        /// How many there are.
        items: usize,
        /// How many would be tested.
        test: usize,
        /// How many would train.
        train: usize,
    },
    /// A class with one member cannot be on both sides.
    #[error("a class has only one item, which cannot be both trained on and tested")]
    SingleMember,
    /// A part smaller than the number of classes cannot hold each of them.
    #[error("the {part} part has {size} items for {classes} classes")]
    TooFewForClasses {
        /// `test` or `train`.
        part: &'static str,
        /// Its size.
        size: usize,
        /// How many classes there are.
        classes: usize,
    },
    /// The test items of all folds, the gap, and nothing left to train on.
    #[error(
        "{folds} folds of {test_size} test items and a gap of {gap} leave none of {items} items to train on"
    )]
    NoPast {
        /// How many folds.
        folds: usize,
        /// Test items of each.
        test_size: usize,
        /// Items left out between training and test.
        gap: usize,
        /// How many items there are.
        items: usize,
    },
    /// The part is larger than all training items.
    #[error("{size} training items are wanted, but a fold has {items}")]
    TooFewToTrain {
        /// How many are wanted.
        size: usize,
        /// How many there are.
        items: usize,
    },
    /// Folds in the order of time, or of one item each, have one order only.
    #[error("folds in the order of time, and folds of one item each, cannot be shuffled or repeated")]
    Ordered,
    /// An item is on both sides of a fold.
    #[error("a fold both trains on item {item} and tests it")]
    InBoth {
        /// The item, counted from 0.
        item: usize,
    },
    /// An item is twice on one side of a fold.
    #[error("item {item} is twice in the {part} part of a fold")]
    Twice {
        /// `train` or `test`.
        part: &'static str,
        /// The item, counted from 0.
        item: usize,
    },
    /// A side of a fold has no item.
    #[error("the {part} part of a fold is empty")]
    EmptyPart {
        /// `train` or `test`.
        part: &'static str,
    },
    /// A fold names an item that is not there.
    #[error("a fold has item {item}, but there are {items} items, counted from 0")]
    NoItem {
        /// The item, counted from 0.
        item: usize,
        /// How many there are.
        items: usize,
    },
    /// A splitter gave no fold.
    #[error("the splitter gave no fold")]
    NoFold,
    /// The share is out of its range.
    #[error(transparent)]
    Number(#[from] NumberError),
}

impl Explain for SplitError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Usage
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Folds { .. } => "use 2 folds or more".to_owned(),
            Self::None { what } => format!("set {what} to 1 or more"),
            Self::TooFew { found: 0 | 1, .. } => "add data: at least 2 are needed".to_owned(),
            Self::TooFew { found, .. } => format!("use at most {found} folds"),
            Self::TooMany { .. } => "use k folds, or a smaller p".to_owned(),
            Self::Missing { what: "labels" } => {
                "stratify classes only; for numbers use plain folds".to_owned()
            }
            Self::Missing { .. } => "name the column that tells the groups".to_owned(),
            Self::Length { what, .. } => format!("give one of the {what} for each item"),
            Self::Sizes { .. } => {
                "give each part at least one item, and both together at most all".to_owned()
            }
            Self::SingleMember => "drop the class, or do not stratify".to_owned(),
            Self::TooFewForClasses { part, classes, .. } => {
                format!("make the {part} part {classes} items or larger, or do not stratify")
            }
            Self::NoPast { .. } => "use fewer folds, fewer test items or a smaller gap".to_owned(),
            Self::TooFewToTrain { items, .. } => format!("ask for {items} at most, or for the share 1.0"),
            Self::Ordered => "leave out --shuffle and --repeats".to_owned(),
            Self::InBoth { .. } => {
                "take it out of the training items: a score on it would say nothing of new data".to_owned()
            }
            Self::Twice { .. } => "name each item once".to_owned(),
            Self::EmptyPart { .. } => "give each part at least one item".to_owned(),
            Self::NoItem { items, .. } => format!("name items from 0 to {}", items.saturating_sub(1)),
            Self::NoFold => "give at least one fold".to_owned(),
            Self::Number(_) => return None,
        })
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Number(error) => error.key(),
            _ => None,
        }
    }
}

/// At least two folds, and at most `found` of `what`.
pub(super) fn check_folds(folds: usize, what: &'static str, found: usize) -> Result<(), SplitError> {
    if folds < 2 {
        return Err(SplitError::Folds { folds });
    }
    if folds > found {
        return Err(SplitError::TooFew { folds, what, found });
    }
    Ok(())
}
