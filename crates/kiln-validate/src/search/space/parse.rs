//! The text form of one parameter: `KEY=DISTRIBUTION(…)` with, behind it, `if KEY=VALUE|VALUE…` or `if KEY>=NUMBER`.

use super::super::error::SearchError;
use super::condition::{Condition, Test};
use super::domain::Domain;
use super::parameter::Parameter;
use super::value::Value;

const DISTRIBUTIONS: [&str; 5] = ["uniform", "log", "int", "logint", "choice"];

/// Whether the value of a `key=value` argument is meant as a space: a word with a parenthesis right behind it.
pub fn is_space(value: &str) -> bool {
    let word = value.trim_start().split('(').next().unwrap_or_default();
    value.contains('(') && !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Reads the space `text` of the setting `key`.
pub(super) fn parameter(key: &str, text: &str) -> Result<Parameter, SearchError> {
    let mut reader = Reader { key, text, at: 0 };
    let domain = reader.domain()?.checked(key)?;
    let when = reader.condition()?;
    Ok(Parameter { name: key.to_owned(), domain, when })
}

struct Reader<'a> {
    key: &'a str,
    text: &'a str,
    /// The next byte.
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn missing(&self, expected: &'static str) -> SearchError {
        let at = self.text[..self.at].chars().count() + 1;
        SearchError::Syntax { key: self.key.to_owned(), text: self.text.to_owned(), at, expected }
    }

    /// Whether `token` comes next; if so, it is read.
    fn eat(&mut self, token: &str) -> bool {
        self.skip_space();
        let found = self.rest().starts_with(token);
        self.at += if found { token.len() } else { 0 };
        found
    }

    fn expect(&mut self, token: &str, name: &'static str) -> Result<(), SearchError> {
        if self.eat(token) { Ok(()) } else { Err(self.missing(name)) }
    }

    /// Characters up to the first that `ends` names.
    fn until(&mut self, ends: &[char]) -> &'a str {
        self.skip_space();
        let length = self.rest().find(ends).unwrap_or(self.rest().len());
        let word = &self.rest()[..length];
        self.at += length;
        word.trim_end()
    }

    fn domain(&mut self) -> Result<Domain, SearchError> {
        let name = self.until(&['(']);
        self.expect("(", "( behind the name of a distribution")?;
        if !DISTRIBUTIONS.contains(&name) {
            return Err(SearchError::Distribution {
                key: self.key.to_owned(),
                name: name.to_owned(),
                nearest: kiln_core::nearest(name, DISTRIBUTIONS),
            });
        }
        let values = self.list(')')?;
        self.build(name, values)
    }

    fn build(&self, name: &str, values: Vec<Value>) -> Result<Domain, SearchError> {
        if name == "choice" {
            return Ok(Domain::Choice { values });
        }
        let (most, expected) = match name {
            "log" | "logint" => (2, "a lower and an upper bound"),
            _ => (3, "a lower and an upper bound, and a step if wanted"),
        };
        let found = values.len();
        if !(2..=most).contains(&found) {
            return Err(SearchError::Arguments {
                key: self.key.to_owned(),
                name: name.to_owned(),
                expected,
                found,
            });
        }
        if matches!(name, "int" | "logint") {
            let whole = |value: &Value| match value {
                Value::Int(int) => Ok(*int),
                // 1e3 is a whole number, too.
                Value::Float(x) if x.fract() == 0.0 && x.abs() < 9e15 => Ok(*x as i64),
                other => Err(self.bounds(format!("{name} takes whole numbers, not {other}"))),
            };
            let step = values.get(2).map_or(Ok(1), whole)?;
            return Ok(Domain::Int {
                low: whole(&values[0])?,
                high: whole(&values[1])?,
                log: name == "logint",
                step,
            });
        }
        let number = |value: &Value| {
            value.number().ok_or_else(|| self.bounds(format!("{name} takes numbers, not {value}")))
        };
        let step = values.get(2).map(number).transpose()?;
        Ok(Domain::Float { low: number(&values[0])?, high: number(&values[1])?, log: name == "log", step })
    }

    fn bounds(&self, reason: String) -> SearchError {
        SearchError::Bounds { key: self.key.to_owned(), reason }
    }

    /// Values up to and including `end`, with commas between them.
    fn list(&mut self, end: char) -> Result<Vec<Value>, SearchError> {
        let mut values = Vec::new();
        let (token, name) = if end == ')' { (")", ") or a comma") } else { ("]", "] or a comma") };
        if self.eat(token) {
            return Ok(values);
        }
        loop {
            values.push(self.value(&[',', end])?);
            if self.eat(token) {
                return Ok(values);
            }
            self.expect(",", name)?;
        }
    }

    fn value(&mut self, ends: &[char]) -> Result<Value, SearchError> {
        if self.eat("[") {
            return Ok(Value::List(self.list(']')?));
        }
        if self.eat("\"") {
            return self.quoted();
        }
        match self.until(ends) {
            "" => Err(self.missing("a value")),
            word => Ok(Value::word(word)),
        }
    }

    /// The rest of a text in quotes.
    fn quoted(&mut self) -> Result<Value, SearchError> {
        let mut text = String::new();
        let mut characters = self.rest().char_indices();
        while let Some((place, c)) = characters.next() {
            match c {
                '"' => {
                    self.at += place + 1;
                    return Ok(Value::Text(text));
                }
                '\\' => match characters.next() {
                    Some((_, 'u')) => {
                        let digits: String = characters.by_ref().take(4).map(|(_, c)| c).collect();
                        let c = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                        text.push(c.ok_or_else(|| self.missing("four hexadecimal digits behind \\u"))?);
                    }
                    Some((_, c)) => text.push(c),
                    None => break,
                },
                c => text.push(c),
            }
        }
        Err(self.missing("the closing quote"))
    }

    fn condition(&mut self) -> Result<Option<Condition>, SearchError> {
        self.skip_space();
        if self.rest().is_empty() {
            return Ok(None);
        }
        self.expect("if ", "`if` or the end")?;
        let parent = self.until(&['=', '<', '>', ' ']).to_owned();
        if parent.is_empty() {
            return Err(self.missing("a setting"));
        }
        let test = if self.eat(">=") {
            Test::AtLeast(self.bound()?)
        } else if self.eat("<=") {
            Test::AtMost(self.bound()?)
        } else {
            self.expect("=", "=, >= or <=")?;
            let mut values = vec![self.value(&['|'])?];
            while self.eat("|") {
                values.push(self.value(&['|'])?);
            }
            Test::OneOf(values)
        };
        self.skip_space();
        if !self.rest().is_empty() {
            return Err(self.missing("the end"));
        }
        Ok(Some(Condition { parent, test }))
    }

    fn bound(&mut self) -> Result<f64, SearchError> {
        let begin = self.at;
        self.value(&[])?.number().ok_or_else(|| {
            self.at = begin;
            self.missing("a number")
        })
    }
}
