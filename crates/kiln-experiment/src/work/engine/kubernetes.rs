//! Workers that are the pods of an indexed Job of Kubernetes.

use super::super::team::{Job, Team};

/// The manifest. `image`, `claim` and `memory` come from the options of the team.
pub(super) fn manifest(team: &Team, job: &Job<'_>) -> String {
    let option = |name: &str, default: &str| {
        let found = team.options.iter().find_map(|option| option.strip_prefix(name)?.strip_prefix('='));
        found.unwrap_or(default).to_owned()
    };
    let (workers, threads) = (team.workers.max(1), team.threads.unwrap_or(1));
    let mount = job.folder.parent().unwrap_or(job.folder).display().to_string();
    let words = team.command.arguments(job, Some(threads), false);
    let program = team.command.program.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let words: Vec<String> = std::iter::once(program)
        .chain(words.iter().map(|word| word.to_string_lossy().into_owned()))
        .collect();
    // Text of JSON is text of YAML.
    let text = |text: &str| serde_json::Value::from(text).to_string();
    let command: Vec<String> = words.iter().map(|word| text(word)).collect();
    format!(
        "apiVersion: batch/v1
kind: Job
metadata:
  name: {}
spec:
  completionMode: Indexed
  completions: {workers}
  parallelism: {workers}
  # A pod that is lost is started again, and goes on; one that fails again and again ends the job.
  backoffLimitPerIndex: 20
  template:
    spec:
      restartPolicy: Never
      # Time to save, and to give back what it has.
      terminationGracePeriodSeconds: 60
      containers:
        - name: kiln
          image: {}
          command: [{}]
          resources:
            requests:
              cpu: {}
              memory: {}
          volumeMounts:
            - name: runs
              mountPath: {}
      volumes:
        - name: runs
          persistentVolumeClaim:
            claimName: {}
",
        name(job),
        text(&option("image", "kiln:latest")),
        command.join(", "),
        text(&threads.to_string()),
        text(&option("memory", "1Gi")),
        text(&mount),
        text(&option("claim", "kiln-runs")),
    )
}

/// The name of the job: lower-case letters, digits and dashes, at most 63 of them.
fn name(job: &Job<'_>) -> String {
    let folder = job.folder.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let name: String = "kiln-".chars().chain(folder.chars().map(plain)).take(63).collect();
    name.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_job_has_a_name_that_kubernetes_takes() {
        let named = |folder| name(&Job { command: "tune", folder: Path::new(folder) });
        assert_eq!(named("/runs/20260102-Tune_Äpfel-1a2b"), "kiln-20260102-tune--pfel-1a2b");
        assert_eq!(named(&format!("/runs/{}", "a-".repeat(60))).len(), 62);
    }
}
