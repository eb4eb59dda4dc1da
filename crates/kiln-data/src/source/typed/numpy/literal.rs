//! What stands in the header of an array: a literal of Python.

/// A literal, as far as headers have them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Literal {
    Text(String),
    Number(u64),
    Truth(bool),
    /// A list or a tuple.
    List(Vec<Literal>),
    /// Keys and values, in order.
    Dict(Vec<(Literal, Literal)>),
}

/// The deepest nesting that is read: a record of a record has three.
const DEEPEST: usize = 16;

impl Literal {
    /// Reads a literal that is all of `text`; `None` when it is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parser = Parser { rest: text };
        let literal = parser.literal(0)?;
        parser.skip();
        parser.rest.is_empty().then_some(literal)
    }

    /// The value of a key of a dict.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        let Self::Dict(entries) = self else { return None };
        entries
            .iter()
            .find(|(name, _)| matches!(name, Self::Text(name) if name == key))
            .map(|(_, value)| value)
    }
}

struct Parser<'a> {
    rest: &'a str,
}

impl Parser<'_> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, expected: char) -> bool {
        self.skip();
        match self.rest.strip_prefix(expected) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn literal(&mut self, depth: usize) -> Option<Literal> {
        if depth > DEEPEST {
            return None;
        }
        self.skip();
        match self.rest.chars().next()? {
            '\'' | '"' => self.text(),
            '(' => self.list('(', ')', depth),
            '[' => self.list('[', ']', depth),
            '{' => self.dict(depth),
            '0'..='9' => self.number(),
            _ => {
                let (word, truth) = [("True", true), ("False", false)]
                    .into_iter()
                    .find(|(word, _)| self.rest.starts_with(word))?;
                self.rest = &self.rest[word.len()..];
                Some(Literal::Truth(truth))
            }
        }
    }

    /// Without escapes, which names of columns hardly have: what has one is not read.
    fn text(&mut self) -> Option<Literal> {
        let quote = self.rest.chars().next()?;
        let (text, rest) = self.rest[1..].split_once(quote)?;
        self.rest = rest;
        (!text.contains('\\')).then(|| Literal::Text(text.to_owned()))
    }

    fn number(&mut self) -> Option<Literal> {
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let number = self.rest[..end].parse().ok()?;
        // Python 2 wrote long integers so.
        self.rest = self.rest[end..].strip_prefix('L').unwrap_or(&self.rest[end..]);
        Some(Literal::Number(number))
    }

    fn list(&mut self, begin: char, end: char, depth: usize) -> Option<Literal> {
        self.take(begin);
        let mut items = Vec::new();
        while !self.take(end) {
            items.push(self.literal(depth + 1)?);
            if !self.take(',') {
                return self.take(end).then_some(Literal::List(items));
            }
        }
        Some(Literal::List(items))
    }

    fn dict(&mut self, depth: usize) -> Option<Literal> {
        self.take('{');
        let mut entries = Vec::new();
        while !self.take('}') {
            let key = self.literal(depth + 1)?;
            if !self.take(':') {
                return None;
            }
            entries.push((key, self.literal(depth + 1)?));
            if !self.take(',') {
                return self.take('}').then_some(Literal::Dict(entries));
            }
        }
        Some(Literal::Dict(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_and_nothing_else() {
        let text =
            "{'descr': [('a b', '<f8'), ('y', '<U3')], 'fortran_order': False, 'shape': (3L, 4,), }  \n";
        let header = Literal::parse(text).unwrap();
        let shape = vec![Literal::Number(3), Literal::Number(4)];
        assert_eq!(header.get("shape"), Some(&Literal::List(shape)));
        assert_eq!(header.get("fortran_order"), Some(&Literal::Truth(false)));
        assert_eq!(header.get("none"), None);
        assert_eq!(Literal::parse("()"), Some(Literal::List(Vec::new())));
        for wrong in
            ["", "{", "{'a'}", "{'a': 1", "(1", "'a", "1 2", "None", "99999999999999999999", "'a\\n'"]
        {
            assert_eq!(Literal::parse(wrong), None, "{wrong:?}");
        }
        assert_eq!(Literal::parse(&"[".repeat(100_000)), None);
    }
}
