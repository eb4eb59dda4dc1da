//! What the guide's pages say about serving and watching: their commands, with a port of their own.

use std::path::Path;
use std::process::Command;

use crate::common::Place;
use crate::compare::matches;
use crate::markdown::blocks;
use crate::server::Server;

/// How a block begins that is run here.
const OURS: &str = "# needs the feature `serve`";

#[test]
fn the_commands_of_the_guide_do_what_it_shows() {
    assert!(run("docs/guide/serving.md") >= 8);
    assert_eq!(run("docs/guide/results.md"), 4);
}

/// Runs the blocks of a page that are run here, and gives how many commands they have.
fn run(page: &str) -> usize {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let text = std::fs::read_to_string(&page).unwrap();
    let place = Place::new();
    let mut server: Option<Server> = None;
    let mut run = 0;
    for block in blocks(&page, &text) {
        if block.language != "console" || !block.lines.first().is_some_and(|line| line.starts_with(OURS)) {
            continue;
        }
        let steps = block.lines[1..].join("\n");
        for step in steps.split("$ ").filter(|step| !step.trim().is_empty()) {
            // A command may have several lines; each but its last ends with a backslash.
            let mut lines = step.lines();
            let mut command = String::new();
            for line in lines.by_ref() {
                command += line;
                if !line.ends_with('\\') {
                    break;
                }
                command += "\n";
            }
            let shown: Vec<String> = lines.map(str::to_owned).collect();
            run += 1;
            if let Some(arguments) = command.strip_prefix("kiln serve last") {
                let started = Server::start(&place, arguments.trim_end_matches('&'));
                assert!(shown.iter().any(|line| line.contains("serving ")), "{shown:?}");
                server = Some(started);
            } else if let Some(arguments) = command.strip_prefix("kiln watch last") {
                let line = format!("watch last --port 0 --json {}", arguments.trim_end_matches('&'));
                server = Some(Server::run(&place, &line, "watching"));
                assert!(shown.iter().any(|line| line.contains("open it in a browser")), "{shown:?}");
            } else if let Some(arguments) = command.strip_prefix("kiln ") {
                place.ok(arguments);
            } else {
                let address = server.as_ref().expect("a server first").address.to_string();
                let output = Command::new("sh")
                    .args([
                        "-c",
                        &command.replace("127.0.0.1:8080", &address).replace("127.0.0.1:8090", &address),
                    ])
                    .current_dir(place.path())
                    .output()
                    .unwrap();
                let printed = String::from_utf8(output.stdout).unwrap();
                assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
                assert!(shown.is_empty() || matches(&shown, &printed), "{command}\n{printed}");
            }
        }
    }
    run
}

#[test]
fn the_command_line_that_is_printed_works() {
    let place = Place::new();
    for recipe in ["iris", "digits"] {
        place.ok(&format!("train {recipe} train.epochs=1 -q"));
        let mut server = Server::start(&place, "");
        let url = format!("http://{}", server.address);
        let said = {
            use std::io::{BufRead, BufReader};
            let stderr = BufReader::new(server.child.stderr.as_mut().unwrap());
            stderr.lines().map(Result::unwrap).find(|line| line.contains("try it:")).unwrap()
        };
        let command = said.split_once("try it:").unwrap().1.trim();
        assert!(command.contains(&url), "{command}");
        let output = Command::new("sh").args(["-c", command]).output().unwrap();
        let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(answer["probabilities"].is_object(), "{recipe}: {answer}");
    }
}
