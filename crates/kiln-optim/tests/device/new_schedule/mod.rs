//! A new schedule is one file and one line. The file is the one that `.ci/new-kinds` adds to a copy of the repository; the line
//! is that of the list below.

#![allow(unreachable_pub, reason = "the file is that of a library")]

use kiln_core::kinds;
use kiln_optim::{ScheduleKind, Stretch};
use kiln_testkit::{ScheduleLaws, check_kinds, check_schedule};

kinds! {
    /// A list of schedules.
    pub enum NewSchedule: ScheduleKind {
        "sigmoid" => sigmoid::Sigmoid(SigmoidShape),
    }
}

fn run() -> Stretch<'static> {
    Stretch::whole_run("schedule", 10, 100).unwrap()
}

#[test]
fn its_settings_are_read_checked_and_described() {
    check_kinds::<NewSchedule, NewSchedule>("schedule", &["sigmoid"], |schedule| {
        schedule.as_kind().build(0.1, &run()).map(|_| ()).map_err(|error| Box::new(error) as _)
    });
}

#[test]
fn it_keeps_the_laws() {
    let config: NewSchedule = toml::from_str("kind = \"sigmoid\"").unwrap();
    let build = || {
        let schedule = config.as_kind().build(1.0, &run()).unwrap();
        move |step| schedule.at(step)
    };
    let end = Some(1.0 / (1.0 + 5f64.exp()));
    check_schedule("sigmoid", build, ScheduleLaws { steps: 100, most: 1.0, end, change: Some(0.026) });
    assert_eq!(build()(50), 0.5);
}
