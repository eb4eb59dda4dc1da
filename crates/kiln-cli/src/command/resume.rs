//! `kiln resume`.

use kiln_experiment::cv::resume_cross_validation;
use kiln_experiment::resume;
use kiln_experiment::run::{find, is_cross_validation};
use kiln_train::Stop;

use crate::args::{Global, Resume};
use crate::configuration::session;
use crate::error::CliError;
use crate::observe::Terminal;
use crate::output::Output;
use crate::{signal, tell, worker};

pub(super) fn run(arguments: &Resume, global: &Global, out: Output) -> Result<u8, CliError> {
    let path = find(&arguments.run, &global.runs_dir())?;
    let observer = Terminal::new(global, out);
    let session = session(global, signal::listen());
    if is_cross_validation(&path) {
        let program = worker::program(global);
        let end = resume_cross_validation(&path, &session, Some(&program), &observer)?;
        return tell::cv::end(&end, &session.interrupt, out);
    }
    let resumed = resume(&path, &session, &observer)?;
    match resumed.outcome.stop {
        Stop::Interrupted => Ok(resumed.record.exit_code.unwrap_or(130)),
        _ => Ok(0),
    }
}
