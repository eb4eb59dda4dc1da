//! The file in which ranks that a program has started find rank 0.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use kiln_ranks::RanksError;
use serde::{Deserialize, Serialize};

/// How long until it is looked for again.
const AGAIN: Duration = Duration::from_millis(20);

#[derive(Serialize, Deserialize)]
struct Written {
    host: String,
    port: u16,
    key: String,
}

/// The name of this machine, where the system tells it.
fn host() -> String {
    let name =
        fs::read_to_string("/proc/sys/kernel/hostname").ok().or_else(|| std::env::var("HOSTNAME").ok());
    name.map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "localhost".to_owned())
}

fn failed(action: &'static str, file: &Path, source: std::io::Error) -> RanksError {
    RanksError::Io { action, place: file.display().to_string(), source }
}

/// Writes where rank 0 listens, for nobody else to read.
pub(super) fn write(file: &Path, port: u16, key: &str) -> Result<(), RanksError> {
    let write = || -> std::io::Result<()> {
        let folder = file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let written = Written { host: host(), port, key: key.to_owned() };
        // Readable for the user alone until it is renamed, and so behind it.
        let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
        temporary.write_all(&serde_json::to_vec(&written)?)?;
        temporary.persist(file).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|error| failed("write", file, error))
}

/// Waits for what [`write`] wrote: an address, and the key.
pub(super) fn read(
    file: &Path,
    wait: Duration,
    check: &mut dyn FnMut() -> Result<(), RanksError>,
) -> Result<(String, String), RanksError> {
    let began = Instant::now();
    loop {
        match fs::read(file).map(|bytes| serde_json::from_slice::<Written>(&bytes)) {
            Ok(Ok(Written { host: there, port, key })) => {
                let there = if there == host() { "127.0.0.1".to_owned() } else { there };
                return Ok((format!("{there}:{port}"), key));
            }
            Ok(Err(error)) => return Err(failed("read", file, error.into())),
            Err(error) if error.kind() == ErrorKind::NotFound && began.elapsed() < wait => {
                check()?;
                thread::sleep(AGAIN);
            }
            Err(error) => return Err(failed("read", file, error)),
        }
    }
}
