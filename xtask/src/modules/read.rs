//! The modules of a crate, read from its files: what each declares, imports and mentions.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::imports::{Import, imports};

/// A module, without what is compiled for tests alone.
#[derive(Debug, Default)]
pub(crate) struct Module {
    /// Its names from the root of the crate, which itself has none.
    pub(crate) path: Vec<String>,
    pub(crate) imports: Vec<Import>,
    /// The names of the items that it defines.
    pub(crate) items: BTreeSet<String>,
    /// All other code.
    pub(crate) code: Vec<TokenTree>,
}

/// All modules of a crate by their paths.
pub(crate) type Modules = BTreeMap<Vec<String>, Module>;

/// Reads the crate whose root is `file`, such as `src/lib.rs`.
pub(crate) fn crate_at(file: &Path) -> Result<Modules, String> {
    let folder = file.parent().unwrap_or_else(|| Path::new("."));
    let mut reader = Reader::default();
    reader.read(file, folder, Vec::new())?;
    // What a macro declares is not seen as a module; its file is.
    for (path, file) in files_of_modules(folder)? {
        let for_tests = (1..=path.len()).any(|len| reader.for_tests.contains(&path[..len]));
        if !for_tests && !reader.modules.contains_key(&path) {
            reader.read(&file, &folder.join(path.join("/")), path)?;
        }
    }
    Ok(reader.modules)
}

/// The files below a folder that could be modules, those above others first.
fn files_of_modules(folder: &Path) -> Result<Vec<(Vec<String>, PathBuf)>, String> {
    let mut found = Vec::new();
    let mut folders = vec![(Vec::new(), folder.to_owned())];
    while let Some((path, folder)) = folders.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for file in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            let name = file.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let inner = [&path[..], std::slice::from_ref(&name)].concat();
            if file.is_dir() {
                folders.push((inner, file));
            } else if file.extension().is_some_and(|extension| extension == "rs") {
                match name.as_str() {
                    "lib" | "main" if path.is_empty() => {}
                    "mod" => found.push((path.clone(), file)),
                    _ => found.push((inner, file)),
                }
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The tokens of a file.
pub(crate) fn tokens(file: &Path) -> Result<TokenStream, String> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    TokenStream::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))
}

#[derive(Default)]
struct Reader {
    modules: Modules,
    /// Modules for tests alone, which are not read.
    for_tests: BTreeSet<Vec<String>>,
}

impl Reader {
    /// Reads a file into the module `path`; the files of its children lie in `folder`.
    fn read(&mut self, file: &Path, folder: &Path, path: Vec<String>) -> Result<(), String> {
        self.body(tokens(file)?, folder, path)
    }

    fn body(&mut self, tokens: TokenStream, folder: &Path, path: Vec<String>) -> Result<(), String> {
        let mut module = Module { path: path.clone(), ..Module::default() };
        for item in items(tokens) {
            let words = item.words();
            match (words.first().map(String::as_str), words.get(1)) {
                (Some("mod"), Some(name)) => {
                    let inner = [&path[..], std::slice::from_ref(name)].concat();
                    if item.for_tests() {
                        self.for_tests.insert(inner);
                        continue;
                    }
                    match item.body() {
                        Some(tokens) => self.body(tokens, &folder.join(name), inner)?,
                        None => self.read(&file_of(folder, name)?, &folder.join(name), inner)?,
                    }
                }
                _ if item.for_tests() => {}
                // It declares modules and passes on what they define, as `mod` and `pub use` do.
                _ if item.is_registry() => {}
                (Some("use"), _) => module.imports.extend(imports(&item.tokens)),
                (_, name) => {
                    module.items.extend(name.cloned());
                    module.code.extend(item.tokens);
                }
            }
        }
        self.modules.insert(path, module);
        Ok(())
    }
}

fn file_of(folder: &Path, name: &str) -> Result<PathBuf, String> {
    let places = [folder.join(format!("{name}.rs")), folder.join(name).join("mod.rs")];
    let found = places.iter().find(|place| place.is_file()).cloned();
    found.ok_or_else(|| format!("mod {name}: neither {} nor {}", places[0].display(), places[1].display()))
}

/// An item of a module with its attributes.
struct Item {
    attributes: Vec<TokenStream>,
    tokens: Vec<TokenTree>,
}

impl Item {
    /// Whether it is compiled for tests alone.
    fn for_tests(&self) -> bool {
        self.attributes.iter().any(|attribute| {
            let text = attribute.to_string().replace(' ', "");
            text == "test" || text == "cfg(test)" || text.starts_with("cfg(all(test,")
        })
    }

    /// Whether it is a list of kinds: a call of `registry!` or `kinds!`.
    fn is_registry(&self) -> bool {
        let calls = |pair: &[TokenTree]| {
            matches!(pair, [TokenTree::Ident(name), TokenTree::Punct(mark)]
                if mark.as_char() == '!' && (name == "registry" || name == "kinds"))
        };
        self.tokens.windows(2).any(calls)
    }

    /// Its words without visibility and qualifiers: `fn name`, `mod name`, `use`. A macro is defined by the words `macro_rules name`.
    fn words(&self) -> Vec<String> {
        let skipped = ["pub", "unsafe", "async", "extern", "default"];
        let words = self.tokens.iter().filter_map(|token| match token {
            TokenTree::Ident(word) => Some(word.to_string()),
            _ => None,
        });
        let mut words: Vec<String> =
            words.skip_while(|word| skipped.contains(&word.as_str())).take(3).collect();
        if words.len() > 1 && words[0] == "const" && words[1] == "fn" {
            words.remove(0);
        }
        words
    }

    /// What stands between the braces at its end.
    fn body(&self) -> Option<TokenStream> {
        match self.tokens.last() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => Some(group.stream()),
            _ => None,
        }
    }
}

/// The tokens of a module, cut into items.
fn items(tokens: TokenStream) -> Vec<Item> {
    let mut items = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    let mut item = Item { attributes: Vec::new(), tokens: Vec::new() };
    while let Some(token) = tokens.next() {
        let is = |sign: char| matches!(&token, TokenTree::Punct(punct) if punct.as_char() == sign);
        if item.tokens.is_empty() && is('#') {
            // An attribute of the module itself has a `!`.
            tokens.next_if(|next| matches!(next, TokenTree::Punct(punct) if punct.as_char() == '!'));
            if let Some(TokenTree::Group(group)) = tokens.next() {
                item.attributes.push(group.stream());
            }
            continue;
        }
        let brace = matches!(&token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        let end = is(';') || (brace && !ends_with_semicolon(&item));
        item.tokens.push(token);
        if end {
            items.push(std::mem::replace(&mut item, Item { attributes: Vec::new(), tokens: Vec::new() }));
        }
    }
    items
}

fn ends_with_semicolon(item: &Item) -> bool {
    matches!(item.words().first().map(String::as_str), Some("use" | "const" | "static" | "type"))
}
