//! Whether the texts of a column are dates, and in which form.

use super::calendar::month_name;
use super::{DateForm, parts};

/// After so many texts without a date, none is looked for.
const PATIENCE: usize = 64;

/// Counts the texts of a column that are dates in each form.
#[derive(Debug, Clone, Default)]
pub struct DateTally {
    texts: usize,
    /// Those that are dates in one form at least.
    dates: usize,
    of_form: [usize; DateForm::ALL.len()],
    /// The first whose day and month could be each other.
    either: Option<Either>,
}

/// A date whose day and month could be each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Either {
    /// As it is written.
    pub text: String,
    /// Its month if the day comes first.
    pub day_first: &'static str,
    /// Its month if the month comes first.
    pub month_first: &'static str,
}

/// For a column whose dates are all as `3/3/2024`.
impl Default for Either {
    fn default() -> Self {
        Self { text: "3/4/2024".to_owned(), day_first: "April", month_first: "March" }
    }
}

impl Either {
    fn of(text: &str) -> Option<Self> {
        let month = |form: DateForm| month_name(parts(form.days(text)?)[1]);
        let (day_first, month_first) = (month(DateForm::DayFirst)?, month(DateForm::MonthFirst)?);
        (day_first != month_first).then(|| Self { text: text.to_owned(), day_first, month_first })
    }
}

/// What a column of texts holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Something else.
    NoDates,
    /// Dates in one form, all texts or nearly all.
    Dates(DateForm),
    /// Dates whose day and month could be each other.
    DayOrMonth,
}

impl DateTally {
    /// Adds a text. False where it is no date; after many of those, true for any.
    pub fn add(&mut self, text: &str) -> bool {
        self.texts += 1;
        if self.dates == 0 && self.texts > PATIENCE {
            return true;
        }
        let mut forms = 0;
        for (count, form) in self.of_form.iter_mut().zip(DateForm::ALL) {
            let fits = form.days(text).is_some();
            *count += usize::from(fits);
            forms += usize::from(fits);
        }
        let is_date = forms > 0;
        self.dates += usize::from(is_date);
        // No other two forms have a date in common.
        if forms > 1 && self.either.is_none() {
            self.either = Either::of(text);
        }
        is_date
    }

    /// Adds the texts that come after these.
    pub fn append(&mut self, next: &Self) {
        self.texts += next.texts;
        self.dates += next.dates;
        self.of_form.iter_mut().zip(next.of_form).for_each(|(count, more)| *count += more);
        if self.either.is_none() {
            self.either.clone_from(&next.either);
        }
    }

    /// The first date whose day and month could be each other.
    pub fn either(&self) -> Option<&Either> {
        self.either.as_ref()
    }

    /// Whether all are dates in this form.
    pub fn all_in(&self, form: DateForm) -> bool {
        let place = DateForm::ALL.iter().position(|known| *known == form);
        place.is_some_and(|place| self.of_form[place] == self.texts)
    }

    /// What they are: more than 95 % dates beside some text is a mistake in the text, not a column of categories. `day_first`
    /// decides where the dates do not.
    pub fn found(&self, day_first: Option<bool>) -> Found {
        let mistaken = self.texts - self.dates;
        if self.dates == 0 || (mistaken > 0 && 20 * mistaken >= self.texts) {
            return Found::NoDates;
        }
        let forms: Vec<DateForm> = DateForm::ALL
            .into_iter()
            .zip(self.of_form)
            .filter(|(_, count)| *count == self.dates)
            .map(|(form, _)| form)
            .collect();
        match (forms.as_slice(), day_first) {
            ([], _) => Found::NoDates,
            ([form], _) => Found::Dates(*form),
            (_, Some(true)) => Found::Dates(DateForm::DayFirst),
            (_, Some(false)) => Found::Dates(DateForm::MonthFirst),
            (_, None) => Found::DayOrMonth,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(texts: &[&str], day_first: Option<bool>) -> Found {
        let mut tally = DateTally::default();
        texts.iter().for_each(|text| _ = tally.add(text));
        tally.found(day_first)
    }

    #[test]
    fn one_date_tells_the_order_of_day_and_month() {
        assert_eq!(found(&["1/2/2024", "3/4/2024"], None), Found::DayOrMonth);
        assert_eq!(found(&["1/2/2024", "13/4/2024"], None), Found::Dates(DateForm::DayFirst));
        assert_eq!(found(&["1/2/2024", "3/14/2024"], None), Found::Dates(DateForm::MonthFirst));
        assert_eq!(found(&["1/2/2024"], Some(true)), Found::Dates(DateForm::DayFirst));
        assert_eq!(found(&["1/2/2024"], Some(false)), Found::Dates(DateForm::MonthFirst));
        assert_eq!(found(&["13/2/2024", "3/14/2024"], None), Found::NoDates);
        assert_eq!(found(&["1.2.2024", "3.4.2024"], None), Found::Dates(DateForm::DayFirst));
    }

    #[test]
    fn nearly_all_must_be_dates() {
        let mut texts = vec!["2024-01-05"; 30];
        texts.push("soon");
        assert_eq!(found(&texts, None), Found::Dates(DateForm::YearFirst));
        texts.push("later");
        assert_eq!(found(&texts, None), Found::NoDates);
        assert_eq!(found(&[], None), Found::NoDates);
        let late = [vec!["x"; PATIENCE + 1], vec!["2024-01-05"; 5000]].concat();
        assert_eq!(found(&late, None), Found::NoDates);
    }

    #[test]
    fn the_first_date_that_could_be_two_is_kept() {
        let mut tally = DateTally::default();
        ["3/3/2021", "03/12/2021", "1/2/2021"].iter().for_each(|text| _ = tally.add(text));
        let either = Either { text: "03/12/2021".to_owned(), day_first: "December", month_first: "March" };
        assert_eq!(tally.either(), Some(&either));
        assert_eq!(Either::of("13/12/2021"), None);
        let mut before = DateTally::default();
        before.add("2/2/2020");
        before.append(&tally);
        assert_eq!(before.either(), Some(&either));
    }

    #[test]
    fn a_text_beside_dates_is_noticed() {
        let mut tally = DateTally::default();
        assert!(!tally.add("x") && tally.add("2024-01-05") && !tally.add("soon"));
    }
}
