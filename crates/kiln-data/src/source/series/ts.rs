//! The text of a `.ts` file, the format of the UCR and UEA archives.

use std::path::Path;

use super::problem::SeriesProblem as Problem;
use crate::source::files::open;
use crate::{DataError, FilePosition};

/// What a file holds.
#[derive(Debug, Default)]
pub(super) struct TsFile {
    pub(super) channels: usize,
    /// The numbers of each series, step by step; NaN where one is missing.
    pub(super) items: Vec<Vec<f64>>,
    /// What stands behind each series, where something does.
    pub(super) labels: Vec<String>,
    pub(super) target: TsTarget,
}

/// What stands behind the series.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum TsTarget {
    #[default]
    Nothing,
    Classes,
    Numbers,
}

/// The header, as far as it is read.
#[derive(Default)]
struct Header {
    dimensions: Option<usize>,
    target: TsTarget,
    classes: Vec<String>,
}

impl TsFile {
    /// Reads a file.
    ///
    /// # Errors
    /// What is wrong with it, with its line.
    pub(super) fn read(path: &Path) -> Result<Self, DataError> {
        let (mut file, _) = open(path)?;
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut file, &mut bytes).map_err(|error| DataError::read(path, error))?;
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            let byte = error.valid_up_to() + 1;
            DataError::series(FilePosition::file(path), Problem::NotUtf8 { byte })
        })?;
        Self::parse(text.trim_start_matches('\u{feff}')).map_err(|(line, problem)| {
            let position = FilePosition { line, ..FilePosition::file(path) };
            DataError::series(position, problem)
        })
    }

    /// What a text holds; an error with its line, from 1, or 0.
    fn parse(text: &str) -> Result<Self, (usize, Problem)> {
        let mut lines = text
            .lines()
            .map(str::trim)
            .zip(1..)
            .filter(|(line, _)| !line.is_empty() && !line.starts_with('#') && !line.starts_with('%'));
        let mut header = Header::default();
        loop {
            let Some((line, number)) = lines.next() else { return Err((0, Problem::NoData)) };
            if line.eq_ignore_ascii_case("@data") {
                break;
            }
            header.take(line).map_err(|problem| (number, problem))?;
        }
        let mut file = Self { target: header.target, ..Self::default() };
        for (line, number) in lines {
            file.take(line, &header).map_err(|problem| (number, problem))?;
        }
        if file.items.is_empty() { Err((0, Problem::NoSeries)) } else { Ok(file) }
    }

    /// One series.
    fn take(&mut self, line: &str, header: &Header) -> Result<(), Problem> {
        let mut channels: Vec<&str> = line.split(':').map(str::trim).collect();
        let label = match self.target {
            TsTarget::Nothing => None,
            _ => channels.pop(),
        };
        let expected = if self.items.is_empty() { header.dimensions } else { Some(self.channels) };
        match expected {
            Some(expected) if expected != channels.len() => {
                return Err(Problem::Channels { expected, found: channels.len() });
            }
            None if channels.is_empty() => return Err(Problem::Channels { expected: 1, found: 0 }),
            _ => self.channels = channels.len(),
        }
        let numbers = channels.iter().zip(1..).map(|(cells, channel)| numbers(cells, channel));
        let numbers = numbers.collect::<Result<Vec<_>, _>>()?;
        let steps = numbers.first().map_or(0, Vec::len);
        if let Some(other) = numbers.iter().position(|own| own.len() != steps) {
            return Err(Problem::ChannelLengths {
                channel: other + 1,
                expected: steps,
                found: numbers[other].len(),
            });
        }
        if numbers.iter().flatten().all(|number| number.is_nan()) {
            return Err(Problem::Empty { series: format!("number {}", self.items.len() + 1) });
        }
        self.items.push((0..steps).flat_map(|step| numbers.iter().map(move |own| own[step])).collect());
        if let Some(label) = label {
            let is_known = self.target != TsTarget::Classes
                || header.classes.is_empty()
                || header.classes.iter().any(|known| known == label);
            if !is_known || label.is_empty() {
                return Err(Problem::Label { label: label.to_owned() });
            }
            self.labels.push(label.to_owned());
        }
        Ok(())
    }
}

impl Header {
    fn take(&mut self, line: &str) -> Result<(), Problem> {
        let header = || Problem::Header { text: line.chars().take(40).collect() };
        let mut words = line.strip_prefix('@').ok_or_else(header)?.split_whitespace();
        let name = words.next().ok_or_else(header)?.to_ascii_lowercase();
        let rest: Vec<&str> = words.collect();
        let switch = || match rest.first().map(|word| word.to_ascii_lowercase()).as_deref() {
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            _ => Err(Problem::Switch { name: name.clone(), text: rest.join(" ") }),
        };
        match name.as_str() {
            "timestamps" if switch()? => return Err(Problem::TimeStamps),
            "univariate" if switch()? => self.dimensions = Some(1),
            "dimensions" | "dimension" => {
                self.dimensions = rest.first().and_then(|word| word.parse().ok()).filter(|count| *count > 0);
                if self.dimensions.is_none() {
                    return Err(header());
                }
            }
            "classlabel" if switch()? => {
                self.target = TsTarget::Classes;
                self.classes = rest[1..].iter().map(|&class| class.to_owned()).collect();
            }
            "targetlabel" if switch()? => self.target = TsTarget::Numbers,
            // Names, lengths and what is missing are seen in the series themselves.
            _ => {}
        }
        Ok(())
    }
}

/// The numbers of a channel.
fn numbers(cells: &str, channel: usize) -> Result<Vec<f64>, Problem> {
    if cells.is_empty() {
        return Ok(Vec::new());
    }
    let number = |cell: &str| match cell.trim() {
        "?" | "NaN" | "nan" => Ok(f64::NAN),
        cell => cell
            .parse::<f64>()
            .ok()
            .filter(|number| number.is_finite())
            .ok_or_else(|| Problem::Number { channel, text: cell.chars().take(40).collect() }),
    };
    cells.split(',').map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(lines: &str) -> Result<TsFile, (usize, Problem)> {
        TsFile::parse(lines)
    }

    #[test]
    fn series_stand_one_a_line() {
        let file = "# a comment\n@problemName Two\n@timeStamps false\n@univariate false\n@dimensions 2\n@classLabel true a b\n@data\n1,2,?:4,5,6:a\n\n7:8:b\n";
        let file = parse(file).unwrap();
        assert_eq!(
            (file.channels, file.labels, file.target),
            (2, vec!["a".into(), "b".into()], TsTarget::Classes)
        );
        assert_eq!((&file.items[0][..4], file.items[0][5]), (&[1.0, 4.0, 2.0, 5.0][..], 6.0));
        assert!(file.items[0][4].is_nan());
        assert_eq!(file.items[1], [7.0, 8.0]);
        let numbers = parse("@univariate true\n@targetlabel true\n@data\n1,2:0.5\n").unwrap();
        assert_eq!((numbers.target, numbers.labels), (TsTarget::Numbers, vec!["0.5".to_owned()]));
        let nothing = parse("@classLabel false\n@data\n1,2\n3\n").unwrap();
        assert_eq!((nothing.items, nothing.labels.len()), (vec![vec![1.0, 2.0], vec![3.0]], 0));
    }

    #[test]
    fn what_is_wrong_has_its_line() {
        let head = "@univariate true\n@classLabel true a b\n@data\n";
        let of = |line: &str| parse(&format!("{head}1,2:a\n{line}\n")).unwrap_err();
        assert_eq!(of("1,x:a"), (5, Problem::Number { channel: 1, text: "x".into() }));
        assert_eq!(of("1,inf:a").0, 5);
        assert_eq!(of("1,,2:a").0, 5);
        assert_eq!(of("1,2:c"), (5, Problem::Label { label: "c".into() }));
        assert_eq!(of("1:2:a"), (5, Problem::Channels { expected: 1, found: 2 }));
        assert_eq!(of("a"), (5, Problem::Channels { expected: 1, found: 0 }));
        assert_eq!(of("?,?:a"), (5, Problem::Empty { series: "number 2".into() }));
        assert_eq!(of(":a").1, Problem::Empty { series: "number 2".into() });
        let lengths = parse("@dimensions 2\n@classLabel true a\n@data\n1,2:3:a\n").unwrap_err();
        assert_eq!(lengths, (4, Problem::ChannelLengths { channel: 2, expected: 2, found: 1 }));
        assert_eq!(parse("@univariate true\n").unwrap_err(), (0, Problem::NoData));
        assert_eq!(parse("@data\n").unwrap_err(), (0, Problem::NoSeries));
        assert_eq!(parse("1,2\n@data\n").unwrap_err().0, 1);
        assert_eq!(parse("@timestamps true\n@data\n").unwrap_err(), (1, Problem::TimeStamps));
        assert!(matches!(parse("@univariate maybe\n").unwrap_err(), (1, Problem::Switch { .. })));
        assert_eq!(parse("@dimensions zero\n").unwrap_err().0, 1);
    }
}
