//! Predictions as CSV or JSON lines.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::Path;

use serde_json::{Map, Value};

/// The version of the events that `--json` prints.
const EVENTS: u32 = 1;

/// How predictions are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A header and one line for each item.
    Csv,
    /// One object for each item.
    JsonLines,
    /// The same as an event, as `--json` has it.
    Events,
}

impl Format {
    /// The format that a file name asks for.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase).as_deref() {
            Some("csv") => Some(Self::Csv),
            Some("jsonl" | "ndjson") => Some(Self::JsonLines),
            _ => None,
        }
    }
}

/// What is predicted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Columns<'a> {
    /// One of these classes; with `proba`, the probability of each too; with `spread`, how much the probabilities vary.
    Classes {
        /// The classes.
        names: &'a [String],
        /// Whether the probabilities are written.
        proba: bool,
        /// Whether the standard deviations are written.
        spread: bool,
    },
    /// Numbers of these names; with `spread`, how much they vary.
    Values {
        /// The columns.
        names: &'a [String],
        /// Whether the standard deviations are written.
        spread: bool,
    },
}

/// Writes predictions, one item at a time.
///
/// Classes: `row, prediction` and with probabilities `p_<class>` for each; with spread `sd`, that of the predicted class, or
/// `sd_<class>` for each. Numbers: `row` and the names of the target columns, with spread `sd_<name>` for each. `row` counts the
/// items from 1.
#[derive(Debug)]
pub struct Writer<'a, W: Write> {
    columns: Columns<'a>,
    sink: Sink<W>,
    row: u64,
}

#[derive(Debug)]
enum Sink<W: Write> {
    Csv(Box<csv::Writer<W>>),
    JsonLines { out: W, events: bool },
}

impl<'a, W: Write> Writer<'a, W> {
    /// Writes the header, where there is one.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn new(out: W, format: Format, columns: Columns<'a>) -> io::Result<Self> {
        let mut writer = Self {
            columns,
            sink: match format {
                Format::Csv => Sink::Csv(Box::new(csv::Writer::from_writer(out))),
                Format::JsonLines => Sink::JsonLines { out, events: false },
                Format::Events => Sink::JsonLines { out, events: true },
            },
            row: 0,
        };
        let header: Vec<String> = match columns {
            Columns::Classes { names, proba, spread } => {
                let mut header = vec!["row".to_owned(), "prediction".to_owned()];
                match (proba, spread) {
                    (false, true) => header.push("sd".to_owned()),
                    (false, false) => {}
                    (true, _) => {
                        header.extend(names.iter().map(|name| format!("p_{name}")));
                        header.extend(names.iter().filter(|_| spread).map(|name| format!("sd_{name}")));
                    }
                }
                header
            }
            Columns::Values { names, spread } => {
                let deviations = names.iter().filter(|_| spread).map(|name| format!("sd_{name}"));
                std::iter::once("row".to_owned()).chain(names.iter().cloned()).chain(deviations).collect()
            }
        };
        if let Sink::Csv(csv) = &mut writer.sink {
            csv.write_record(&header)?;
        }
        Ok(writer)
    }

    /// Writes one item: the probability of each class, or the numbers, and their standard deviations, which are looked at only where
    /// the columns have a spread.
    ///
    /// The most probable class is predicted, the first of equals.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn item(&mut self, numbers: &[f64], deviations: &[f64]) -> io::Result<()> {
        self.row += 1;
        match &mut self.sink {
            Sink::Csv(csv) => {
                csv.write_field(self.row.to_string())?;
                let (shown, varies): (&[f64], &[f64]) = match self.columns {
                    Columns::Classes { names, proba, spread } => {
                        csv.write_field(class(names, numbers))?;
                        let of_predicted = most_probable(numbers);
                        match (proba, spread) {
                            (false, false) => (&[], &[]),
                            (false, true) => {
                                (&[], deviations.get(of_predicted..=of_predicted).unwrap_or(&[]))
                            }
                            (true, spread) => (numbers, if spread { deviations } else { &[] }),
                        }
                    }
                    Columns::Values { spread, .. } => (numbers, if spread { deviations } else { &[] }),
                };
                for number in shown.iter().chain(varies) {
                    csv.write_field(number.to_string())?;
                }
                csv.write_record(None::<&[u8]>)?;
                Ok(())
            }
            Sink::JsonLines { out, events } => {
                let mut object = Map::new();
                if *events {
                    object.insert("v".to_owned(), EVENTS.into());
                    object.insert("event".to_owned(), "prediction".into());
                }
                object.insert("row".to_owned(), self.row.into());
                match self.columns {
                    Columns::Classes { names, proba, spread } => {
                        object.insert("prediction".to_owned(), class(names, numbers).into());
                        if proba {
                            object.insert("probabilities".to_owned(), by_name(names, numbers));
                        }
                        if spread {
                            let sd = if proba {
                                by_name(names, deviations)
                            } else {
                                deviations.get(most_probable(numbers)).map_or(Value::Null, |sd| number(*sd))
                            };
                            object.insert("sd".to_owned(), sd);
                        }
                    }
                    Columns::Values { names, spread } => {
                        object.insert("prediction".to_owned(), by_name(names, numbers));
                        if spread {
                            object.insert("sd".to_owned(), by_name(names, deviations));
                        }
                    }
                }
                writeln!(out, "{}", Value::Object(object))
            }
        }
    }

    /// Hands everything on.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn finish(self) -> io::Result<()> {
        match self.sink {
            Sink::Csv(mut csv) => csv.flush(),
            Sink::JsonLines { mut out, .. } => out.flush(),
        }
    }
}

/// The place of the largest, the first of equals.
fn most_probable(probabilities: &[f64]) -> usize {
    let mut best = 0;
    for (index, probability) in probabilities.iter().enumerate() {
        if *probability > probabilities[best] {
            best = index;
        }
    }
    best
}

fn class<'a>(names: &'a [String], probabilities: &[f64]) -> &'a str {
    names.get(most_probable(probabilities)).map_or("", String::as_str)
}

fn number(value: f64) -> Value {
    serde_json::Number::from_f64(value).map_or(Value::Null, Value::Number)
}

fn by_name(names: &[String], numbers: &[f64]) -> Value {
    Value::Object(names.iter().cloned().zip(numbers.iter().map(|value| number(*value))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(format: Format, columns: Columns<'_>, items: &[&[f64]]) -> String {
        let mut out = Vec::new();
        let mut writer = Writer::new(&mut out, format, columns).unwrap();
        for item in items {
            writer.item(item, &[0.125, 0.0625][..item.len()]).unwrap();
        }
        writer.finish().unwrap();
        String::from_utf8(out).unwrap()
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn classes() {
        let names = names(&["cat", "dog, wild"]);
        let items: [&[f64]; 2] = [&[0.25, 0.75], &[0.5, 0.5]];
        let columns = |proba| Columns::Classes { names: &names, proba, spread: false };
        assert_eq!(
            write(Format::Csv, columns(true), &items),
            "row,prediction,p_cat,\"p_dog, wild\"\n1,\"dog, wild\",0.25,0.75\n2,cat,0.5,0.5\n"
        );
        assert_eq!(write(Format::Csv, columns(false), &items), "row,prediction\n1,\"dog, wild\"\n2,cat\n");
        assert_eq!(
            write(Format::JsonLines, columns(true), &items[..1]),
            "{\"row\":1,\"prediction\":\"dog, wild\",\"probabilities\":{\"cat\":0.25,\"dog, wild\":0.75}}\n"
        );
        assert_eq!(
            write(Format::JsonLines, columns(false), &items[1..]),
            "{\"row\":1,\"prediction\":\"cat\"}\n"
        );
    }

    #[test]
    fn spread() {
        let names = names(&["cat", "dog"]);
        let item: [&[f64]; 1] = [&[0.25, 0.75]];
        let columns = |proba| Columns::Classes { names: &names, proba, spread: true };
        assert_eq!(write(Format::Csv, columns(false), &item), "row,prediction,sd\n1,dog,0.0625\n");
        assert_eq!(
            write(Format::Csv, columns(true), &item),
            "row,prediction,p_cat,p_dog,sd_cat,sd_dog\n1,dog,0.25,0.75,0.125,0.0625\n"
        );
        assert_eq!(
            write(Format::JsonLines, columns(false), &item),
            "{\"row\":1,\"prediction\":\"dog\",\"sd\":0.0625}\n"
        );
        let columns = Columns::Values { names: &names, spread: true };
        assert_eq!(
            write(Format::Csv, columns, &item),
            "row,cat,dog,sd_cat,sd_dog\n1,0.25,0.75,0.125,0.0625\n"
        );
        assert_eq!(
            write(Format::JsonLines, columns, &item),
            "{\"row\":1,\"prediction\":{\"cat\":0.25,\"dog\":0.75},\"sd\":{\"cat\":0.125,\"dog\":0.0625}}\n"
        );
    }

    #[test]
    fn numbers() {
        let names = names(&["price"]);
        let columns = Columns::Values { names: &names, spread: false };
        assert_eq!(write(Format::Csv, columns, &[&[0.1], &[1e10]]), "row,price\n1,0.1\n2,10000000000\n");
        assert_eq!(
            write(Format::JsonLines, columns, &[&[0.1], &[f64::NAN]]),
            "{\"row\":1,\"prediction\":{\"price\":0.1}}\n{\"row\":2,\"prediction\":{\"price\":null}}\n"
        );
    }

    #[test]
    fn the_format_is_in_the_name() {
        assert_eq!(Format::of(Path::new("a/out.CSV")), Some(Format::Csv));
        assert_eq!(Format::of(Path::new("out.jsonl")), Some(Format::JsonLines));
        assert_eq!(Format::of(Path::new("out")), None);
    }
}
