//! What started this process, if that was one of the programs that start ranks.

use std::collections::BTreeMap;
use std::path::Path;

use super::settings::{HeadPlace, Place, RankSettings};

/// What sets the number of a rank, the number of ranks, and the name of all of them together.
const STARTERS: [[&str; 3]; 3] = [
    // Open MPI.
    ["OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "PMIX_NAMESPACE"],
    // MPICH, Intel MPI.
    ["PMI_RANK", "PMI_SIZE", "PMI_JOBID"],
    // Slurm's srun. A script of sbatch by itself has no number of tasks of a step.
    ["SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_JOB_ID"],
];

/// The ranks that `mpirun` or `srun` started, of which this process is one; `None` where they started one, or did not start it. They find each other by a file in
/// `runs_dir`, which all of them must see.
pub fn of_environment(variables: &BTreeMap<String, String>, runs_dir: &Path) -> Option<RankSettings> {
    let number = |name: &str| variables.get(name)?.trim().parse::<usize>().ok();
    for [rank, ranks, job] in STARTERS {
        let (Some(rank), Some(ranks)) = (number(rank), number(ranks)) else { continue };
        if ranks < 2 {
            continue;
        }
        let step = variables.get("SLURM_STEP_ID").map(|step| format!("-{step}")).unwrap_or_default();
        let job = variables.get(job).cloned().unwrap_or_default() + &step;
        let name: String = job.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let head = HeadPlace::File(runs_dir.join(format!(".ranks-{name}")));
        return Some(RankSettings { ranks, place: Place::Member { rank, head } });
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(variables: &[(&str, &str)]) -> Option<(usize, usize, String)> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let found = of_environment(&variables.collect(), Path::new("runs"))?;
        match found.place {
            Place::Member { rank, head: HeadPlace::File(file) } => {
                Some((rank, found.ranks, file.display().to_string()))
            }
            _ => None,
        }
    }

    #[test]
    fn rank_and_number_come_from_what_started_the_process() {
        let open =
            [("OMPI_COMM_WORLD_RANK", "2"), ("OMPI_COMM_WORLD_SIZE", "4"), ("PMIX_NAMESPACE", "prte.1@2")];
        assert_eq!(found(&open), Some((2, 4, "runs/.ranks-prte-1-2".to_owned())));
        let slurm = [
            ("SLURM_PROCID", "0"),
            ("SLURM_STEP_NUM_TASKS", "3"),
            ("SLURM_JOB_ID", "77"),
            ("SLURM_STEP_ID", "1"),
        ];
        assert_eq!(found(&slurm), Some((0, 3, "runs/.ranks-77-1".to_owned())));
        // A script of sbatch, one process of mpirun, and neither.
        assert_eq!(found(&[("SLURM_PROCID", "0"), ("SLURM_JOB_ID", "77")]), None);
        assert_eq!(found(&[("PMI_RANK", "0"), ("PMI_SIZE", "1")]), None);
        assert_eq!(found(&[]), None);
    }
}
