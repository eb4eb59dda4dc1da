//! Workers that are tasks of HyperQueue.

use super::super::team::{Job, Team, quoted};

/// A line for a shell that submits them: an array with a task for each worker.
pub(super) fn line(team: &Team, job: &Job<'_>) -> String {
    let threads = team.threads.unwrap_or(1);
    let out = job.folder.join(kiln_work::WORK).join("hq-%{JOB_ID}-%{TASK_ID}.out");
    let out = out.display();
    let mut words = vec![
        "submit".to_owned(),
        "--name=kiln".to_owned(),
        format!("--array=1-{}", team.workers.max(1)),
        format!("--cpus={threads}"),
        format!("--stdout={out}"),
        format!("--stderr={out}"),
    ];
    words.extend(team.options.iter().cloned());
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    format!("hq {} -- {}\n", words.join(" "), team.command.line(job, Some(threads)))
}
