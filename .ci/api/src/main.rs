//! `kiln-api FOLDER JSON…`: writes the public items of each crate, one a line, to `FOLDER/<crate>.txt`.
//!
//! What derives and blanket impls add is left out: it says nothing that the type does not.

use std::error::Error;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let folder = arguments.next().ok_or("usage: kiln-api FOLDER JSON…")?;
    std::fs::create_dir_all(&folder)?;
    for json in arguments {
        list(&folder, &json).map_err(|error| format!("{}: {error}", json.display()))?;
    }
    Ok(())
}

fn list(folder: &Path, json: &Path) -> Result<(), Box<dyn Error>> {
    let api = public_api::Builder::from_rustdoc_json(json)
        .omit_auto_derived_impls(true)
        .omit_auto_trait_impls(true)
        .omit_blanket_impls(true)
        .build()?;
    let name = json.file_stem().ok_or("a file without a name")?;
    std::fs::write(folder.join(name).with_extension("txt"), api.to_string())?;
    Ok(())
}
