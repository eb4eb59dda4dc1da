//! `kiln curve learning` and `kiln curve validation`.

use kiln_experiment::curve::{
    LearningCurveSettings, ValidationCurveSettings, learning_curve, validation_curve,
};

use crate::args::{CurveCommand, Global};
use crate::configuration::{configuration, session};
use crate::error::CliError;
use crate::observe::Terminal;
use crate::output::Output;
use crate::{signal, tell};

pub(super) fn run(command: &CurveCommand, global: &Global, out: Output) -> Result<u8, CliError> {
    let session = session(global, signal::listen());
    let observer = Terminal::new(global, out);
    let (resolved, curve) = match command {
        CurveCommand::Learning(arguments) => {
            let resolved = configuration(&arguments.configuration, global)?;
            let settings = LearningCurveSettings {
                session: session.clone(),
                cuts: arguments.cuts.settings(),
                jobs: arguments.cuts.jobs,
                sizes: arguments.sizes.clone(),
                metric: arguments.metric.clone(),
            };
            let curve = learning_curve(&resolved, &settings, &observer)?;
            (resolved, curve)
        }
        CurveCommand::Validation(arguments) => {
            let resolved = configuration(&arguments.configuration, global)?;
            let settings = ValidationCurveSettings {
                session: session.clone(),
                cuts: arguments.cuts.settings(),
                jobs: arguments.cuts.jobs,
                vary: arguments.vary.clone(),
                points: arguments.points,
                metric: arguments.metric.clone(),
            };
            let curve = validation_curve(&resolved, &settings, &observer)?;
            (resolved, curve)
        }
    };
    // Asked to stop: there is no curve.
    let Some(curve) = curve else { return Ok(session.interrupt.exit_code().unwrap_or(130)) };
    let picture = tell::curve::chart(&curve).to_svg();
    let folder = curve.save(&resolved, &session, &[("curve.svg", picture.as_bytes())])?;
    tell::curve::whole(&curve, &folder, out)?;
    Ok(0)
}
