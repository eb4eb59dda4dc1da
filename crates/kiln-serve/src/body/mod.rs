//! The body of a request, read and prepared.

mod cell;
mod file;
mod items;
mod kind;
mod malformed;
mod pixels;
mod rows;
mod series;
mod shapes;
mod texts;

use kiln_experiment::Predictor;

use crate::refusal::Refusal;

pub use items::Items;
pub use kind::BodyKind;

/// Reads and prepares a body.
pub(crate) fn prepare(predictor: &Predictor, kind: BodyKind, body: &[u8]) -> Result<Items, Refusal> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Err(Refusal::new(400, "the body is empty", "GET /example shows one that works"));
    }
    let items = match (kind, predictor.input_shape().as_images()) {
        (BodyKind::Json, None) => match (predictor.text_column(), predictor.channels()) {
            (Some(column), _) => texts::prepare(predictor, column, body)?,
            (None, Some(channels)) => series::prepare(predictor, channels, body)?,
            (None, None) => rows::prepare(predictor, body)?,
        },
        (BodyKind::Json, Some(shape)) => pixels::prepare(predictor, shape, body)?,
        (BodyKind::File { ending, is_list }, _) => {
            Items { prepared: file::prepare(predictor, ending, body)?, is_list }
        }
    };
    if items.prepared.is_empty() {
        return Err(Refusal::new(422, "there is no item in the body", "give one or more"));
    }
    Ok(items)
}
