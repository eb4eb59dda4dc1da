//! This program again: as the process of a job of `kiln cv --jobs`, and as a worker of a search or a cross-validation.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use kiln_experiment::cv::WorkerProgram;
use kiln_experiment::work::{WorkSettings, WorkerCommand, stop_at_end};

use crate::args::{Global, Meeting, ProgressMode};
use crate::configuration::session;
use crate::signal;

/// How a worker is started on this machine, or `here` is false: on any.
pub(crate) fn command(global: &Global, here: bool) -> WorkerCommand {
    let own = Path::new("/proc/self/exe");
    let program = match std::env::current_exe() {
        // On Linux the very same file, also when a newer build has taken its place since.
        _ if here && own.exists() => own.to_owned(),
        found => found.unwrap_or_else(|_| "kiln".into()),
    };
    let data = global.data.as_ref().map(|path| std::path::absolute(path).unwrap_or_else(|_| path.clone()));
    let flags =
        [("--device", global.device.clone().map(OsString::from)), ("--data", data.map(OsString::from))];
    let mut flags: Vec<OsString> =
        flags.into_iter().filter_map(|(name, value)| Some([name.into(), value?])).flatten().collect();
    if here {
        flags.push("--quiet".into());
    }
    WorkerCommand { program, flags }
}

/// How this process works. `led`: it stops when its standard input ends.
pub(crate) fn settings(global: &Global, meeting: &Meeting, led: bool) -> WorkSettings {
    let session = session(global, signal::listen());
    if led {
        stop_at_end(io::stdin(), &session.interrupt);
    }
    let usual = WorkSettings::default();
    let threads = global.threads.unwrap_or(usual.threads);
    WorkSettings { session, threads, store: meeting.store.clone(), lease: meeting.lease }
}

/// How the process of a job is started: `kiln cv work`, with what of this command line changes how a stored run is read
/// and what is said.
pub(crate) fn program(global: &Global) -> WorkerProgram {
    let global = global.clone();
    WorkerProgram::new(move |run, threads| {
        let mut command = this_program()?;
        command.args(arguments(run, threads, &global));
        Ok(command)
    })
}

fn arguments(run: &Path, threads: usize, global: &Global) -> Vec<OsString> {
    let mut arguments: Vec<OsString> =
        vec!["cv".into(), "work".into(), "--pool".into(), threads.to_string().into()];
    let mut flag = |name: &str, value: Option<OsString>| {
        if let Some(value) = value {
            arguments.extend([name.into(), value]);
        }
    };
    flag("--device", global.device.clone().map(OsString::from));
    flag("--threads", global.threads.map(|threads| threads.to_string().into()));
    flag("--data", global.data.clone().map(PathBuf::into_os_string));
    flag("--progress", (global.progress == ProgressMode::Off).then(|| "off".into()));
    for (name, given) in [("--json", global.json), ("--quiet", global.quiet)] {
        if given {
            arguments.push(name.into());
        }
    }
    arguments.extend(["--".into(), run.into()]);
    arguments
}

fn this_program() -> io::Result<Command> {
    // On Linux the very same file, also when a newer build has taken its place since.
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::process::CommandExt;
        let own = Path::new("/proc/self/exe");
        if own.exists() {
            let mut command = Command::new(own);
            command.arg0("kiln");
            return Ok(command);
        }
    }
    Ok(Command::new(std::env::current_exe()?))
}
