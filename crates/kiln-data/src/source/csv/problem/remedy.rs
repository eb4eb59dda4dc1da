//! What a user can do about it.

use super::CsvProblem;

impl CsvProblem {
    /// What the user can do.
    pub(crate) fn help(&self) -> Option<String> {
        const QUOTE: &str = "check the quotes: one that opens in this row may not close";
        Some(match self {
            Self::Empty | Self::NoRows => "give a file with a header and one row for each item".to_owned(),
            Self::TooFewRows { .. } => "add rows: training, validation and test each need some".to_owned(),
            Self::LongRow { .. } | Self::OpenQuote | Self::Ragged { several_lines: true, .. } => {
                QUOTE.to_owned()
            }
            Self::Ragged { .. } => "make every row as long as the header, and quote cells that hold the \
                                    delimiter"
                .to_owned(),
            Self::EmptyName { .. } | Self::DuplicateName { .. } => {
                "give every column a name of its own".to_owned()
            }
            Self::HeaderIsData { .. } => "add a first line with the names of the columns".to_owned(),
            Self::Encoding { .. } => "save the file as UTF-8".to_owned(),
            Self::NotText => "give a table of text: cells between commas, semicolons or tabs".to_owned(),
            Self::Packed { packing } => format!("unpack it, or build kiln with the feature {packing}"),
            Self::Encoded { .. } => {
                "save the file as UTF-8, or build kiln with the feature encodings".to_owned()
            }
            Self::Damaged { .. } => "make or copy the file again".to_owned(),
            Self::NotANumber { cell, .. } => format!(
                "correct the cell, or leave it empty if the number is not known; if it stands for a missing value, \
                 name it in data.missing; if the column holds categories, set data.categorical = [{:?}]",
                cell.column
            ),
            Self::NotFinite { .. } => "put a finite number there, or leave the cell empty".to_owned(),
            Self::DecimalComma { .. } => "write decimals with a point".to_owned(),
            Self::DecimalPoint { .. } => "write decimals with a comma".to_owned(),
            Self::NoColumn { nearest: Some(nearest), .. } => format!("did you mean {nearest:?}?"),
            Self::NoColumn { .. } => "name a column of the file".to_owned(),
            Self::MissingWeight { .. } | Self::NegativeWeight { .. } => {
                "put a number of 0 or more there (0 leaves the row out), or remove the row".to_owned()
            }
            Self::MissingTarget { .. } => {
                "fill the cell in, or leave such rows out: data.missing_target = \"skip\"".to_owned()
            }
            Self::TooManyCategories { column, .. } | Self::NoValues { column } => {
                format!("leave the column out with data.ignore = [{column:?}]")
            }
            Self::MissingColumn { nearest: Some(nearest), .. } => format!("is it called {nearest:?} here?"),
            Self::MissingColumn { .. } => "give a file with the columns of the training data".to_owned(),
            Self::NoFeatures { left_out } if !left_out.is_empty() => {
                "to keep a column, name it in data.categorical or data.numeric, or take it out of data.ignore; to learn \
                 from its texts, name it in data.text"
                    .to_owned()
            }
            Self::NoFeatures { .. } => {
                "check the delimiter (comma, semicolon, tab, bar or spaces) and data.ignore".to_owned()
            }
            Self::TooFewTargets { .. } => {
                "fill in the targets, or name another column in data.target".to_owned()
            }
            Self::MissingTime { .. } => "fill the cell in, or remove the row".to_owned(),
            Self::NotADate { cell, .. } => format!(
                "correct the cell or leave it empty, or name the column in data.categorical = [{:?}]",
                cell.column
            ),
            Self::OtherDates { .. } => "write all dates of the column in one way".to_owned(),
            Self::DayOrMonth { day_first, month_first, .. } => {
                format!("set data.day_first = true ({day_first}) or false ({month_first})")
            }
            Self::FileNames { column, .. } => format!(
                "set data.images to the folder in which the files are, to train on the images; or leave the names \
                 out with data.ignore = [{column:?}]"
            ),
            Self::NoSuchColumn { nearest: Some(nearest), .. } => format!("is it called {nearest:?} here?"),
            Self::NoSuchColumn { .. } => "give a file with the same columns".to_owned(),
            Self::TooManyColumns { .. } => return None,
        })
    }
}
