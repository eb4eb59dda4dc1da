//! Texts that stand for a missing value.

/// Which texts stand for a missing value. An empty cell is missing in any case.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Marks {
    /// Those of pandas, in upper or lower case but for `None`, and `?`; and in columns of numbers what people write there for
    /// nothing: dashes, points, `none`, the errors of spreadsheets.
    #[default]
    Usual,
    /// `NA`, `N/A`, `NaN`, `null` and `?` in upper or lower case, and no others: those of models that an older kiln trained.
    First,
    /// A list of one's own.
    Own {
        /// The texts, without white space around them.
        texts: Vec<String>,
        /// Those that are numbers, as `-999`: `-999.0` is one, too.
        numbers: Vec<f64>,
    },
}

/// Where a text stands for a missing value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// In every column.
    Always,
    /// In a column of numbers. Among other texts it is one of them.
    AmongNumbers,
}

impl Marks {
    /// These texts and no others, white space around them taken off; `None`: the usual ones.
    pub fn new(own: Option<&[String]>) -> Self {
        own.map_or(Self::Usual, |texts| {
            let texts: Vec<String> = texts.iter().map(|text| text.trim().to_owned()).collect();
            let numbers = texts.iter().filter_map(|text| text.parse().ok()).collect();
            Self::Own { texts, numbers }
        })
    }

    /// Where a text, without white space around it, stands for a missing value; `None`: nowhere.
    pub fn of(&self, text: &str) -> Option<Mark> {
        let is_mark = match self {
            Self::Usual => return usual(text),
            Self::First => {
                const WORDS: [&str; 8] = ["", "NA", "N/A", "NaN", "+NaN", "-NaN", "null", "?"];
                WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
            }
            Self::Own { texts, .. } => text.is_empty() || texts.iter().any(|mark| mark == text),
        };
        is_mark.then_some(Mark::Always)
    }

    /// Whether a number stands for a missing value.
    pub fn is_missing(&self, number: f64) -> bool {
        matches!(self, Self::Own { numbers, .. } if numbers.contains(&number))
    }

    /// Whether a text that is a number may be a mark.
    pub fn has_numbers(&self) -> bool {
        matches!(self, Self::Own { numbers, .. } if !numbers.is_empty())
    }
}

/// The longest mark of the default, in bytes.
const LONGEST: usize = 8;

fn usual(text: &str) -> Option<Mark> {
    if text.len() > LONGEST {
        return None;
    }
    let mut lower = [0; LONGEST];
    for (to, from) in lower.iter_mut().zip(text.bytes()) {
        *to = from.to_ascii_lowercase();
    }
    match &lower[..text.len()] {
        // pandas, `STR_NA_VALUES`; and `?`, as in the data sets of the UCI repository.
        b"" | b"na" | b"n/a" | b"nan" | b"-nan" | b"+nan" | b"null" | b"?" | b"#n/a" | b"#na"
        | b"#n/a n/a" | b"<na>" | b"-1.#ind" | b"-1.#qnan" | b"1.#ind" | b"1.#qnan" => Some(Mark::Always),
        // As a word in small letters it is a category more often than not: a house with the garage `none`.
        b"none" => Some(if text == "None" { Mark::Always } else { Mark::AmongNumbers }),
        b"-" | b"--" | b"---" | b"." | b".." | b"..." | b"*" | b"nil" | b"n.a." | b"n.d." | b"nd"
        | b"\\n" | b"missing" | b"unknown" | b"#div/0!" | b"#value!" | b"#ref!" | b"#num!" | b"#name?"
        | b"#null!" => Some(Mark::AmongNumbers),
        // En dash, em dash, minus sign, ellipsis.
        b"\xe2\x80\x93" | b"\xe2\x80\x94" | b"\xe2\x88\x92" | b"\xe2\x80\xa6" => Some(Mark::AmongNumbers),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_has_all_of_pandas() {
        // sorted(pandas._libs.parsers.STR_NA_VALUES), pandas 3
        for mark in [
            "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
            "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
        ] {
            assert_eq!(Marks::default().of(mark), Some(Mark::Always), "{mark}");
        }
        for mark in ["-", "–", "—", "−", "…", ".", "none", "NONE", "#DIV/0!", "\\N", "unknown"] {
            assert_eq!(Marks::default().of(mark), Some(Mark::AmongNumbers), "{mark}");
        }
        for text in ["x", "0", "nano", "no", "- -", "unknown!!", "not known"] {
            assert_eq!(Marks::default().of(text), None, "{text}");
        }
    }

    #[test]
    fn a_list_of_ones_own_takes_its_place() {
        let marks = Marks::new(Some(&["-999".to_owned(), " n/k ".to_owned()]));
        for mark in ["", "-999", "n/k"] {
            assert_eq!(marks.of(mark), Some(Mark::Always), "{mark}");
        }
        assert_eq!((marks.of("NA"), marks.of("-")), (None, None));
        assert!(marks.has_numbers() && marks.is_missing(-999.0) && !marks.is_missing(999.0));
        assert!(!Marks::new(Some(&[])).has_numbers() && !Marks::default().is_missing(0.0));
    }

    #[test]
    fn an_older_kiln_knew_fewer() {
        for mark in ["", "na", "N/A", "-nan", "NULL", "?"] {
            assert_eq!(Marks::First.of(mark), Some(Mark::Always), "{mark}");
        }
        for text in ["None", "-", "#N/A", "<NA>", "."] {
            assert_eq!(Marks::First.of(text), None, "{text}");
        }
    }
}
