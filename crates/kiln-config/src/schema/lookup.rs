//! Sections, kinds and settings by name and by dotted key.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde_json::Value;

use super::node::Node;
use super::root::root;

/// The whole configuration.
pub(crate) fn whole() -> Node {
    Node::new(root())
}

/// The sections, in the order of `run.toml`.
pub(crate) fn sections() -> impl Iterator<Item = &'static str> {
    whole().settings().filter(|(_, node)| node.is_section() || node.is_list()).map(|(name, _)| name)
}

/// Whether a key is a list of sections, so that each of their settings has a key of its own: `penalty.0.strength`,
/// `model.layers.2.filters`. Within a section the type says so; other lists of tables are one value.
pub(crate) fn is_list(key: &str) -> bool {
    let (within, name) = match key.rsplit_once('.') {
        Some((_, name)) => (true, name),
        None => (false, key),
    };
    // Most keys are none, and this is asked of every key that is read.
    lists_named().contains(name)
        && at(key).into_iter().any(|node| node.is_list() && (!within || node.get(SECTIONS).is_some()))
}

/// What the type of a setting says that is a list of sections.
const SECTIONS: &str = "x-sections";

/// The names of lists of sections, wherever they are.
fn lists_named() -> &'static BTreeSet<String> {
    fn walk(node: &Value, names: &mut BTreeSet<String>) {
        let Value::Object(map) = node else {
            node.as_array().into_iter().flatten().for_each(|node| walk(node, names));
            return;
        };
        let settings = map.get("properties").and_then(Value::as_object).into_iter().flatten();
        names.extend(settings.filter(|(_, own)| own.get(SECTIONS).is_some()).map(|(name, _)| name.clone()));
        map.values().for_each(|node| walk(node, names));
    }
    static NAMES: OnceLock<BTreeSet<String>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let own = whole().settings().filter(|(_, node)| node.is_list()).map(|(name, _)| name.to_owned());
        let mut names = own.collect();
        walk(root(), &mut names);
        names
    })
}

/// The innermost list of sections that a key is in, and what stands behind it.
pub(crate) fn list_of(key: &str) -> Option<(&str, &str)> {
    let ends = key.match_indices('.').map(|(end, _)| end).rev();
    ends.map(|end| (&key[..end], &key[end + 1..])).find(|(outer, _)| is_list(outer))
}

/// A key as the header of a file has it, where entries of lists have no number: `model.layers` for `model.layers.2`.
pub(crate) fn header(key: &str) -> String {
    let is_name = |part: &&str| !part.bytes().all(|byte| byte.is_ascii_digit());
    key.split('.').filter(is_name).collect::<Vec<_>>().join(".")
}

/// Whether a setting is a table whose names are the user's own. It is one value.
pub(crate) fn has_own_names(key: &str) -> bool {
    at(key).into_iter().any(|node| node.own_names().is_some())
}

/// Whether a section may be left out: `loss = false` takes it out. Those inside a section count too; those inside an entry of
/// a list do not.
pub(crate) fn is_optional(key: &str) -> bool {
    if list_of(key).is_some() {
        return false;
    }
    let (outer, name) = key.rsplit_once('.').unwrap_or(("", key));
    let node =
        whole_or_tables(outer).into_iter().find_map(|table| table.setting(name).map(|node| (table, node)));
    node.is_some_and(|(table, node)| {
        node.is_section()
            && node.get("default").is_none()
            && !table.required().any(|required| required == name)
    })
}

/// Whether `true` stands for a section with all its defaults: it may be left out, has no kinds, and every setting has a
/// default.
pub(crate) fn is_switch(key: &str) -> bool {
    is_optional(key)
        && tables(key).iter().all(|table| table.kind().is_none() && table.required().next().is_none())
}

/// The kind of a section that is meant where none is named.
pub(crate) fn default_kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
    whole().settings().filter_map(|(section, node)| Some((section, default_kind(node)?)))
}

fn default_kind(node: Node) -> Option<&'static str> {
    node.get("default")?.get("kind")?.as_str()
}

/// What a dotted key may be, once for each kind that has it. `penalty.3` is an entry of a list.
pub(crate) fn at(key: &str) -> Vec<Node> {
    let mut nodes = vec![whole()];
    for part in key.split('.') {
        nodes = nodes.into_iter().flat_map(|node| below(node, part)).collect();
    }
    nodes
}

fn below(node: Node, part: &str) -> Vec<Node> {
    if node.is_list() && part.bytes().all(|byte| byte.is_ascii_digit()) {
        return node.items().into_iter().collect();
    }
    node.objects().into_iter().filter_map(|table| table.setting(part)).collect()
}

/// The tables that a section may be, one for each kind; those of its entries for a list of sections.
pub(crate) fn tables(section: &str) -> Vec<Node> {
    let node = |node: Node| if node.is_list() { node.items().unwrap_or(node) } else { node };
    at(section).into_iter().flat_map(|found| node(found).objects()).collect()
}

fn whole_or_tables(section: &str) -> Vec<Node> {
    if section.is_empty() { vec![whole()] } else { tables(section) }
}

/// The table of a section of a kind.
pub(crate) fn table(section: &str, kind: &str) -> Option<Node> {
    tables(section).into_iter().find(|table| table.kind() == Some(kind))
}

/// The dotted keys of the settings, and the sections, that have this name: `lr` is `optim.lr`. `-` counts as `_`, and upper case
/// as lower case.
pub fn keys_named(name: &str) -> Vec<String> {
    let name = name.to_ascii_lowercase().replace('-', "_");
    let own = whole().setting(&name).map(|_| name.clone());
    let has = |section: &&str| tables(section).into_iter().any(|table| table.setting(&name).is_some());
    let keys = sections().filter(has).map(|section| {
        let entry = if is_list(section) { ".0" } else { "" };
        format!("{section}{entry}.{name}")
    });
    own.into_iter().chain(keys).collect()
}

/// The names of the kinds of a section; empty when it has none.
pub(crate) fn kinds(section: &str) -> Vec<&'static str> {
    tables(section).into_iter().filter_map(Node::kind).collect()
}
