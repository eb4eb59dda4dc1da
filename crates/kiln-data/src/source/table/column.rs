//! What the cells of a column look like, after a reading that keeps few of them.

use super::distinct::Distinct;
use super::id_name::IdName;
use super::range::Range;
use super::rows::RowPlace;
use super::spot::{Spot, first, keep};
use super::words::Words;
use crate::CellValue;
use crate::cell::{Decimal, Mark, Marks, Number, scan, truth};

/// What the cells of a column look like.
#[derive(Debug, Clone)]
pub(crate) struct ColumnSurvey {
    /// Cells that are missing, whatever the column holds.
    pub(crate) missing: usize,
    /// Cells that are missing if the column holds numbers, and texts otherwise: `-`, `.`
    pub(crate) maybe_missing: usize,
    /// Cells that are numbers, infinite ones among them.
    pub(crate) numbers: Numbers,
    /// Cells that are other texts.
    pub(crate) texts: usize,
    /// Those of the texts that are `true`, `false`, `yes`, `no`, `t`, `f`, `y` or `n` in upper or lower case.
    pub(crate) truths: usize,
    /// What the texts look like.
    pub(crate) words: Words,
    /// The numbers' range, read with a decimal point where both may be.
    pub(crate) range: Range,
    /// The different texts as written, of numbers too; missing cells, but not those that may be, are left out.
    pub(crate) distinct: Distinct,
    pub(crate) first_missing: Option<Spot>,
    pub(crate) first_maybe_missing: Option<Spot>,
    pub(crate) first_text: Option<Spot>,
    pub(crate) first_negative: Option<Spot>,
    pub(crate) first_infinite: Option<Spot>,
    /// A whole number that f64 has only the nearest of.
    pub(crate) first_rounded: Option<Spot>,
}

/// Whole numbers up to this one are exact in f64.
const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53

/// Cells that are numbers, by what their decimals begin with.
#[derive(Debug, Clone, Default)]
pub(crate) struct Numbers {
    /// The same number with a point as with a comma: `1163`.
    pub(crate) same: usize,
    /// Only with a point: `349.65`, `1,163.74`.
    pub(crate) point: usize,
    /// Only with a comma: `349,65`, `1.163,74`.
    pub(crate) comma: usize,
    /// Two numbers, with a point: `1.163`.
    pub(crate) either_point: usize,
    /// Two numbers, with a comma: `1,163`.
    pub(crate) either_comma: usize,
    pub(crate) first_point: Option<Spot>,
    pub(crate) first_comma: Option<Spot>,
    pub(crate) first_either: Option<Spot>,
}

impl ColumnSurvey {
    /// Of no cell of a column of this name, which keeps so many different texts.
    pub(crate) fn new(limit: usize, name: &str) -> Self {
        Self {
            missing: 0,
            maybe_missing: 0,
            numbers: Numbers::default(),
            texts: 0,
            truths: 0,
            words: Words::default(),
            range: Range::default(),
            distinct: Distinct::new(limit, IdName::of(name) != IdName::No),
            first_missing: None,
            first_maybe_missing: None,
            first_text: None,
            first_negative: None,
            first_infinite: None,
            first_rounded: None,
        }
    }

    /// Adds a cell.
    #[inline]
    pub(crate) fn add(&mut self, cell: CellValue<'_>, place: RowPlace, marks: &Marks) {
        match cell {
            CellValue::Text(text) => self.add_text(text, place, marks),
            CellValue::Number(number) if !number.is_nan() && !marks.is_missing(number) => {
                self.numbers.same += 1;
                let text = number.to_string();
                self.add_number(number, &text, place);
                self.distinct.add_number(&text, place);
            }
            _ => self.add_missing("", place),
        }
    }

    #[inline]
    fn add_text(&mut self, text: &str, place: RowPlace, marks: &Marks) {
        let found = scan(text);
        let number = match found {
            Number::Same(number) => number,
            Number::Point(number) | Number::Comma(number) | Number::PointOrComma { point: number, .. } => {
                number
            }
            Number::Text => return self.add_other(text, place, marks),
        };
        if marks.has_numbers() && (marks.is_missing(number) || marks.of(text).is_some()) {
            return self.add_missing(text, place);
        }
        self.numbers.add(found, text, place);
        if number.abs() >= EXACT && text.trim().parse().is_ok_and(|whole: i128| whole != number as i128) {
            keep(&mut self.first_rounded, text, place);
        }
        self.add_number(number, text, place);
        self.distinct.add_number(text, place);
    }

    #[inline]
    fn add_number(&mut self, number: f64, text: &str, place: RowPlace) {
        self.range.add(number);
        if number.is_infinite() {
            keep(&mut self.first_infinite, text, place);
        }
        if number < 0.0 {
            keep(&mut self.first_negative, text, place);
        }
    }

    fn add_missing(&mut self, text: &str, place: RowPlace) {
        self.missing += 1;
        keep(&mut self.first_missing, text, place);
    }

    /// Adds a text that is no number.
    fn add_other(&mut self, text: &str, place: RowPlace, marks: &Marks) {
        match marks.of(text) {
            Some(Mark::Always) => return self.add_missing(text, place),
            Some(Mark::AmongNumbers) => {
                self.maybe_missing += 1;
                keep(&mut self.first_maybe_missing, text, place);
            }
            None => {
                self.texts += 1;
                self.truths += usize::from(truth(text).is_some());
                self.words.add(text, || Spot::new(text, place));
                keep(&mut self.first_text, text, place);
            }
        }
        self.distinct.add(text, place);
    }

    /// Adds what another thread has seen.
    pub(crate) fn merge(&mut self, other: Self) {
        self.missing += other.missing;
        self.maybe_missing += other.maybe_missing;
        self.texts += other.texts;
        self.truths += other.truths;
        self.words.merge(other.words);
        self.numbers.merge(other.numbers);
        self.range.merge(&other.range);
        self.distinct.merge(other.distinct);
        first(&mut self.first_missing, other.first_missing);
        first(&mut self.first_maybe_missing, other.first_maybe_missing);
        first(&mut self.first_text, other.first_text);
        first(&mut self.first_negative, other.first_negative);
        first(&mut self.first_infinite, other.first_infinite);
        first(&mut self.first_rounded, other.first_rounded);
    }
}

impl Numbers {
    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.same + self.point + self.comma + self.either_point + self.either_comma
    }

    /// What the decimals begin with, where the cells tell: the more frequent of the two.
    pub(crate) fn decimal(&self) -> Option<Decimal> {
        match self.comma.cmp(&self.point) {
            std::cmp::Ordering::Greater => Some(Decimal::Comma),
            std::cmp::Ordering::Less => Some(Decimal::Point),
            std::cmp::Ordering::Equal if self.point > 0 => Some(Decimal::Point),
            std::cmp::Ordering::Equal => None,
        }
    }

    /// The first cell that is no number in a column whose decimals begin so.
    pub(crate) fn first_not(&self, decimal: Decimal) -> Option<&Spot> {
        match decimal {
            Decimal::Comma => self.first_point.as_ref(),
            _ => self.first_comma.as_ref(),
        }
    }

    #[inline]
    fn add(&mut self, number: Number, text: &str, place: RowPlace) {
        let (count, spot) = match number {
            Number::Same(_) | Number::Text => {
                self.same += 1;
                return;
            }
            Number::Point(_) => (&mut self.point, &mut self.first_point),
            Number::Comma(_) => (&mut self.comma, &mut self.first_comma),
            Number::PointOrComma { .. } if text.contains(',') => {
                (&mut self.either_comma, &mut self.first_either)
            }
            Number::PointOrComma { .. } => (&mut self.either_point, &mut self.first_either),
        };
        *count += 1;
        keep(spot, text, place);
    }

    fn merge(&mut self, other: Self) {
        self.same += other.same;
        self.point += other.point;
        self.comma += other.comma;
        self.either_point += other.either_point;
        self.either_comma += other.either_comma;
        first(&mut self.first_point, other.first_point);
        first(&mut self.first_comma, other.first_comma);
        first(&mut self.first_either, other.first_either);
    }
}

#[cfg(test)]
mod tests;
