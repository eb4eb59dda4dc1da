//! What is said of categories that a model was not trained on.

use kiln_data::Unseen;

use crate::fields;
use crate::output::{Output, Unwritten};

/// A line, and an event, for each column that has some.
pub fn report(unseen: &[Unseen], out: Output) -> Result<(), Unwritten> {
    for column in unseen {
        out.insist(&format!(
            "warning: {column}; the model takes none of its categories for them, --strict refuses them"
        ));
        if out.json {
            let Unseen { column, cells, values, more, .. } = column;
            out.event("unseen", fields! { column: column, cells: cells, values: values, more: more })?;
        }
    }
    Ok(())
}
