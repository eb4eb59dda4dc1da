//! The program while it serves.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, ChildStderr, Command, ExitStatus};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::client::{Answer, Client};
use crate::common::Place;

/// The program while it serves.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts it on a free port, with more arguments.
    #[track_caller]
    pub(crate) fn start(place: &Place, arguments: &str) -> Self {
        Self::run(place, &format!("serve last --port 0 --json {arguments}"), "serving")
    }

    /// Starts any command that serves, whose first event is `event`.
    #[track_caller]
    pub(crate) fn run(place: &Place, line: &str, event: &str) -> Self {
        let mut child = place.command(&line.split_whitespace().collect::<Vec<_>>()).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut first).unwrap();
        if first.is_empty() {
            let mut said = String::new();
            child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
            panic!("kiln {line}\n{said}");
        }
        let said: Value = serde_json::from_str(&first).unwrap();
        assert_eq!(said["event"], event);
        let address = said["url"].as_str().unwrap().strip_prefix("http://").unwrap().parse().unwrap();
        Self { child, address }
    }

    pub(crate) fn client(&self) -> Client {
        Client::connect(self.address).unwrap()
    }

    /// One request over a connection of its own.
    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.client().request("GET", path, &[], b"").unwrap()
    }

    #[track_caller]
    pub(crate) fn post(&self, content_type: &str, body: impl AsRef<[u8]>) -> Answer {
        self.client().post(content_type, body).unwrap()
    }

    #[track_caller]
    pub(crate) fn json(&self, body: impl AsRef<[u8]>) -> Answer {
        self.post("application/json", body)
    }

    /// A number that `/metrics` shows.
    #[track_caller]
    pub(crate) fn metric(&self, name: &str) -> f64 {
        let text = self.get("/metrics").text();
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("no {name} in\n{text}")).parse().unwrap()
    }

    /// Waits until something is so.
    #[track_caller]
    pub(crate) fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        while !is_so(self) {
            assert!(began.elapsed() < Duration::from_secs(60), "never: {what}");
            sleep(Duration::from_millis(10));
        }
    }

    pub(crate) fn signal(&self, name: &str) {
        let killed = Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
    }

    /// Waits for its end, and gives what it said on standard error.
    pub(crate) fn end(mut self) -> (ExitStatus, String) {
        let said = collected(self.child.stderr.take().unwrap());
        let status = self.child.wait().unwrap();
        (status, said.join().unwrap())
    }
}

fn collected(mut stderr: ChildStderr) -> std::thread::JoinHandle<String> {
    spawn(move || {
        let mut said = String::new();
        stderr.read_to_string(&mut said).unwrap();
        said
    })
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
