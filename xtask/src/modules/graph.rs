//! Which module uses which, and circles among them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use proc_macro2::TokenTree;

use super::imports::trees;
use super::read::{Module, Modules};

/// For every module, those that its code uses. An import that is only passed on to others is no use.
pub(crate) fn uses(modules: &Modules) -> BTreeMap<String, BTreeSet<String>> {
    let edges = |module: &Module| {
        let mut mentions = Mentions { module, modules, paths: Vec::new(), words: BTreeSet::new() };
        mentions.collect(module.code.clone());
        let own = |name: &Option<String>| name.as_ref().is_none_or(|name| mentions.words.contains(name));
        let imports = module.imports.iter().filter(|import| !import.shared || own(&import.name));
        let paths = imports.map(|import| import.from.clone()).chain(mentions.paths.iter().cloned());
        let found = paths.filter_map(|path| resolve(modules, &module.path, &path, 0));
        found.filter(|target| *target != module.path).map(|target| name(&target)).collect()
    };
    modules.values().map(|module| (name(&module.path), edges(module))).collect()
}

/// Modules that all reach each other.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Knot {
    /// The shortest way round through its first module.
    pub(crate) circle: Vec<String>,
    /// Every use among its modules: who uses, what is used.
    pub(crate) edges: Vec<(String, String)>,
}

/// The knots, in the order of their first modules.
pub(crate) fn knots(uses: &BTreeMap<String, BTreeSet<String>>) -> Vec<Knot> {
    let mut seen = BTreeSet::new();
    let mut knots = Vec::new();
    for start in uses.keys() {
        if seen.contains(start) {
            continue;
        }
        let Some(circle) = way_back(uses, start) else { continue };
        let both_ways = |other: &&String| reaches(uses, start, other) && reaches(uses, other, start);
        let modules: BTreeSet<&String> = uses.keys().filter(both_ways).collect();
        let edge = |from: &String, to: &String| (from.clone(), to.clone());
        let edges = modules.iter().flat_map(|from| {
            uses[*from].iter().filter(|to| modules.contains(to)).map(move |to| edge(from, to))
        });
        knots.push(Knot { circle, edges: edges.collect() });
        seen.extend(modules.into_iter().cloned());
    }
    knots
}

/// The shortest way from a module to itself.
fn way_back(uses: &BTreeMap<String, BTreeSet<String>>, start: &String) -> Option<Vec<String>> {
    let mut before: BTreeMap<&String, &String> = BTreeMap::new();
    let mut waiting = VecDeque::from([start]);
    while let Some(module) = waiting.pop_front() {
        for next in uses.get(module).into_iter().flatten() {
            if next == start {
                let mut way = vec![module.clone()];
                while let Some(&earlier) = before.get(way.last()?) {
                    way.push(earlier.clone());
                }
                way.reverse();
                return Some(way);
            }
            if !before.contains_key(next) {
                before.insert(next, module);
                waiting.push_back(next);
            }
        }
    }
    None
}

fn reaches(uses: &BTreeMap<String, BTreeSet<String>>, from: &String, to: &String) -> bool {
    let mut seen = BTreeSet::new();
    let mut waiting = vec![from];
    while let Some(module) = waiting.pop() {
        if module == to {
            return true;
        }
        if seen.insert(module) {
            waiting.extend(uses.get(module).into_iter().flatten());
        }
    }
    false
}

fn name(path: &[String]) -> String {
    std::iter::once("crate").chain(path.iter().map(String::as_str)).collect::<Vec<_>>().join("::")
}

/// The module that defines what `path`, written in module `from`, names; nothing for other crates.
fn resolve(modules: &Modules, from: &[String], path: &[String], depth: usize) -> Option<Vec<String>> {
    // Imports that name each other in a ring are not Rust, but this must end.
    if depth > 20 {
        return None;
    }
    let (first, mut rest) = path.split_first()?;
    let mut here = match first.as_str() {
        "crate" => Vec::new(),
        "self" => from.to_vec(),
        "super" => from.split_last()?.1.to_vec(),
        _ => return step(modules, from, path, depth).filter(|found| found != from || path.len() == 1),
    };
    while let Some((_, more)) = rest.split_first().filter(|(word, _)| *word == "super") {
        here.pop();
        rest = more;
    }
    if rest.is_empty() { Some(here) } else { step(modules, &here, rest, depth).or(Some(here)) }
}

/// Follows the names of `path` from module `here`; nothing when the first is none of its own.
fn step(modules: &Modules, here: &[String], path: &[String], depth: usize) -> Option<Vec<String>> {
    let Some((word, rest)) = path.split_first() else { return Some(here.to_vec()) };
    let child = [here, std::slice::from_ref(word)].concat();
    if modules.contains_key(&child) {
        return step(modules, &child, rest, depth).or(Some(child));
    }
    let module = modules.get(here)?;
    if module.items.contains(word) {
        return Some(here.to_vec());
    }
    if let Some(import) = module.imports.iter().find(|import| import.name.as_ref() == Some(word)) {
        // An import of the name itself is from another crate.
        let path = [&import.from, rest].concat();
        return if import.from.first() == Some(word) {
            None
        } else {
            resolve(modules, here, &path, depth + 1)
        };
    }
    let globs = module.imports.iter().filter(|import| import.name.is_none());
    let within = |glob: Vec<String>| step(modules, &glob, path, depth + 1);
    globs.filter_map(|glob| resolve(modules, here, &glob.from, depth + 1)).find_map(within)
}

/// The paths and words in a module's code.
struct Mentions<'a> {
    module: &'a Module,
    modules: &'a Modules,
    paths: Vec<Vec<String>>,
    words: BTreeSet<String>,
}

impl Mentions<'_> {
    fn collect(&mut self, tokens: Vec<TokenTree>) {
        let mut place = 0;
        while place < tokens.len() {
            match &tokens[place] {
                TokenTree::Group(group) => {
                    // `pub(in crate::a)` uses nothing.
                    let visibility = place > 0 && tokens[place - 1].to_string() == "pub";
                    if !visibility {
                        self.collect(group.stream().into_iter().collect());
                    }
                }
                TokenTree::Ident(word) => {
                    let word = word.to_string();
                    let inside = place > 0 && matches!(tokens[place - 1].to_string().as_str(), ":" | ".");
                    let behind = colons(&tokens, place + 1);
                    if !inside && behind && self.starts_a_path(&word) {
                        self.path(&tokens, place);
                    }
                    self.words.insert(word);
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
            place += 1;
        }
    }

    fn starts_a_path(&self, word: &str) -> bool {
        let child = || [&self.module.path, &[word.to_owned()][..]].concat();
        matches!(word, "crate" | "super" | "self") || self.modules.contains_key(&child())
    }

    /// Notes the path, or the paths of an import in a function, that begins at `place`.
    fn path(&mut self, tokens: &[TokenTree], mut place: usize) {
        let mut path = vec![tokens[place].to_string()];
        while colons(tokens, place + 1) {
            place += 3;
            match tokens.get(place) {
                Some(TokenTree::Ident(word)) => path.push(word.to_string()),
                Some(TokenTree::Group(group)) => {
                    let mut found = Vec::new();
                    trees(group.stream(), &path, &mut found);
                    self.paths.extend(found.into_iter().map(|(path, _)| path));
                    return;
                }
                _ => break,
            }
        }
        self.paths.push(path);
    }
}

/// Whether `::` stands at a place.
fn colons(tokens: &[TokenTree], place: usize) -> bool {
    let colon = |place: usize| matches!(tokens.get(place), Some(TokenTree::Punct(p)) if p.as_char() == ':');
    colon(place) && colon(place + 1)
}
