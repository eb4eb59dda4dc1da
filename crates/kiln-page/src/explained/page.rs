//! Attributions as a page.

use kiln_experiment::explain::Explanation;

use crate::block::Page;
use crate::html::html;
use crate::section::explanation;

/// An HTML page of one file: items in colours, or the columns that count, and the sanity check. The first 8 items are shown.
pub fn attributions_page(found: &Explanation) -> String {
    let items = if found.items.len() == 1 { "item" } else { "items" };
    html(&Page {
        title: format!("Explained by {}", found.method),
        subtitle: format!("{} {items} of the {} part", found.items.len(), found.part),
        sections: vec![explanation(found)],
        footer: format!(
            "Made by kiln {}. One file: it asks nothing of the network.",
            env!("CARGO_PKG_VERSION")
        ),
    })
}
