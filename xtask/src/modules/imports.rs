//! `use` declarations, taken apart.

use std::iter::Peekable;

use proc_macro2::{TokenStream, TokenTree};

/// One name that a `use` brings into a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Import {
    /// Where it comes from, as written: `crate`, `super`, or a name first.
    pub(crate) from: Vec<String>,
    /// What it is called here; nothing for `*`.
    pub(crate) name: Option<String>,
    /// Whether others may import it from here.
    pub(crate) shared: bool,
}

/// The names that a whole `use` declaration brings.
pub(crate) fn imports(declaration: &[TokenTree]) -> Vec<Import> {
    let word = |token: &TokenTree| matches!(token, TokenTree::Ident(word) if word == "use");
    let start = declaration.iter().position(word).map_or(declaration.len(), |place| place + 1);
    let shared = matches!(declaration.first(), Some(TokenTree::Ident(word)) if word == "pub");
    let mut found = Vec::new();
    trees(declaration[start..].iter().cloned().collect(), &[], &mut found);
    found.into_iter().map(|(from, name)| Import { from, name, shared }).collect()
}

/// Names behind a path that has been read: `a`, `a as b`, `*`, or `{…}`, with commas between them.
pub(crate) fn trees(tokens: TokenStream, before: &[String], found: &mut Vec<(Vec<String>, Option<String>)>) {
    let mut tokens = tokens.into_iter().peekable();
    while tokens.peek().is_some() {
        tree(&mut tokens, before, found);
    }
}

/// Reads one name up to the comma or semicolon behind it.
fn tree(
    tokens: &mut Peekable<impl Iterator<Item = TokenTree>>,
    before: &[String],
    found: &mut Vec<(Vec<String>, Option<String>)>,
) {
    let mut path = before.to_vec();
    let mut alias = None;
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) if word == "as" => {
                alias = tokens.next().map(|name| name.to_string());
            }
            TokenTree::Ident(word) => path.push(word.to_string()),
            TokenTree::Group(group) => {
                trees(group.stream(), &path, found);
                path.clear();
            }
            TokenTree::Punct(punct) if punct.as_char() == '*' => {
                found.push((std::mem::take(&mut path), None));
            }
            TokenTree::Punct(punct) if matches!(punct.as_char(), ',' | ';') => break,
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    if path.len() > before.len() || (alias.is_some() && !path.is_empty()) {
        // `a::{self}` is `a`.
        if path.len() > 1 && path.last().is_some_and(|word| word == "self") {
            path.pop();
        }
        let name = alias.or_else(|| path.last().cloned());
        found.push((path, name));
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    fn read(declaration: &str) -> Vec<String> {
        let tokens: Vec<TokenTree> = TokenStream::from_str(declaration).unwrap().into_iter().collect();
        let show = |import: Import| {
            let shared = if import.shared { "pub " } else { "" };
            format!("{shared}{} as {}", import.from.join("::"), import.name.as_deref().unwrap_or("*"))
        };
        imports(&tokens).into_iter().map(show).collect()
    }

    #[test]
    fn every_form_of_an_import_is_read() {
        assert_eq!(read("use crate::a::B;"), ["crate::a::B as B"]);
        assert_eq!(read("pub(crate) use a::B as C;"), ["pub a::B as C"]);
        assert_eq!(
            read("use super::{self, a::{b, C}, d::*};"),
            ["super as super", "super::a::b as b", "super::a::C as C", "super::d as *"]
        );
        assert_eq!(read("pub use ::serde;"), ["pub serde as serde"]);
    }
}
