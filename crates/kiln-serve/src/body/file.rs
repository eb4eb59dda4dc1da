//! Bodies that are files: tables and images, read as `kiln predict` reads them.

use std::io::Write;

use kiln_experiment::Predictor;
use kiln_experiment::predict::Prepared;
use tempfile::Builder;

use crate::refusal::Refusal;

/// What compressed files begin with. A small body could unpack to more than the memory holds.
const PACKED: [&[u8]; 2] = [&[0x1f, 0x8b], &[0x28, 0xb5, 0x2f, 0xfd]];

/// Prepares what a file with this ending and these contents holds. Readers read files twice, so the body becomes one for that time.
pub(super) fn prepare(predictor: &Predictor, ending: &str, body: &[u8]) -> Result<Prepared, Refusal> {
    if PACKED.iter().any(|start| body.starts_with(start)) {
        return Err(Refusal::new(415, "the body is compressed", "send it as it is"));
    }
    let written = || {
        let mut file = Builder::new().prefix("kiln-").suffix(&format!(".{ending}")).tempfile()?;
        file.write_all(body)?;
        file.flush().map(|()| file)
    };
    let file = written().map_err(|error| {
        let help = "make room in the folder for temporary files (TMPDIR) of the server";
        Refusal::new(500, format!("the body cannot be written to a file: {error}"), help)
    })?;
    predictor.prepare_file(file.path()).map_err(|error| {
        let mut refusal = Refusal::of(&error);
        refusal.error = refusal.error.replace(&file.path().display().to_string(), "the body");
        refusal
    })
}
