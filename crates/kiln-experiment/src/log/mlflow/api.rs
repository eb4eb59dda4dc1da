//! The calls of MLflow's REST interface, version 2.0, that a run takes.

use std::time::Duration;

use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::Response;

/// How long a call may take: a server that writes many numbers beside a training on the same cores is slow.
const LIMIT: Duration = Duration::from_secs(30);
/// How long it may take to reach the server.
const CONNECT: Duration = Duration::from_secs(3);
/// The most numbers of one call. MLflow takes 1,000, for which it may need seconds.
pub(super) const MOST: usize = 250;
/// The most parameters of one call.
const PARAMS: usize = 100;

/// Why a call did not do what it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failed {
    pub(super) reason: String,
    /// Whether the same call may do it later: the server is away or busy. Otherwise it has refused.
    pub(super) may_pass: bool,
}

/// A server.
#[derive(Debug)]
pub(super) struct Api {
    agent: Agent,
    base: String,
}

/// A run that the server has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) id: String,
    pub(super) artifacts: String,
    /// The last step that it has numbers of, 0 where there are none.
    pub(super) step: u64,
}

impl Api {
    pub(super) fn new(uri: &str) -> Self {
        let config = Agent::config_builder()
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(LIMIT))
            .http_status_as_error(false)
            .user_agent(concat!("kiln/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { agent: config.into(), base: uri.trim_end_matches('/').to_owned() }
    }

    fn post(&self, call: &str, body: &Value) -> Result<Value, Failed> {
        let url = format!("{}/api/2.0/mlflow/{call}", self.base);
        let sent = self.agent.post(&url).header("content-type", "application/json").send(body.to_string());
        answer(call, sent)
    }

    fn get(&self, call: &str, query: (&str, &str)) -> Result<Value, Failed> {
        let url = format!("{}/api/2.0/mlflow/{call}", self.base);
        answer(call, self.agent.get(&url).query(query.0, query.1).call())
    }

    /// The number of the experiment of that name, which is made where there is none.
    pub(super) fn experiment(&self, name: &str) -> Result<String, Failed> {
        let id = |answer: &Value| answer.as_str().map(str::to_owned);
        match self.get("experiments/get-by-name", ("experiment_name", name)) {
            Ok(answer) => {
                id(&answer["experiment"]["experiment_id"]).ok_or_else(|| odd("experiments/get-by-name"))
            }
            Err(failed) if failed.may_pass || !failed.reason.contains("RESOURCE_DOES_NOT_EXIST") => {
                Err(failed)
            }
            Err(_) => {
                let answer = self.post("experiments/create", &json!({ "name": name }))?;
                id(&answer["experiment_id"]).ok_or_else(|| odd("experiments/create"))
            }
        }
    }

    /// Makes a run.
    pub(super) fn create(
        &self,
        experiment: &str,
        name: &str,
        began: u64,
        tags: &[Value],
    ) -> Result<Found, Failed> {
        let body =
            json!({ "experiment_id": experiment, "run_name": name, "start_time": began, "tags": tags });
        found(&self.post("runs/create", &body)?["run"])
    }

    /// A run that may be there.
    pub(super) fn find(&self, id: &str) -> Result<Found, Failed> {
        found(&self.get("runs/get", ("run_id", id))?["run"])
    }

    pub(super) fn params(&self, id: &str, params: &[Value]) -> Result<(), Failed> {
        for some in params.chunks(PARAMS) {
            self.post("runs/log-batch", &json!({ "run_id": id, "params": some }))?;
        }
        Ok(())
    }

    /// At most [`MOST`] numbers.
    pub(super) fn metrics(&self, id: &str, metrics: &[Value]) -> Result<(), Failed> {
        self.post("runs/log-batch", &json!({ "run_id": id, "metrics": metrics })).map(|_| ())
    }

    /// Says how far a run is; `ended`: when it ended, in milliseconds since 1970.
    pub(super) fn status(&self, id: &str, status: &str, ended: Option<u64>) -> Result<(), Failed> {
        let mut body = json!({ "run_id": id, "status": status });
        if let Some(ended) = ended {
            body["end_time"] = json!(ended);
        }
        self.post("runs/update", &body).map(|_| ())
    }

    /// Gives the server a file of a run, where it takes files itself.
    pub(super) fn file(&self, run: &Found, name: &str, bytes: &[u8]) -> Result<(), Failed> {
        let Some(place) = run.artifacts.strip_prefix("mlflow-artifacts:") else { return Ok(()) };
        // With a host in front, the place is behind it.
        let place = match place.strip_prefix("//") {
            Some(rest) => rest.split_once('/').map_or("", |(_, place)| place),
            None => place.trim_start_matches('/'),
        };
        let url = format!("{}/api/2.0/mlflow-artifacts/artifacts/{place}/{name}", self.base);
        let sent = self.agent.put(&url).header("content-type", "application/octet-stream").send(bytes);
        answer("mlflow-artifacts", sent).map(|_| ())
    }
}

fn found(run: &Value) -> Result<Found, Failed> {
    let text = |name: &str| run["info"][name].as_str().map(str::to_owned);
    let steps = run["data"]["metrics"].as_array().into_iter().flatten();
    // Whole numbers of 64 bits are texts in protobuf's JSON, and numbers in MLflow's.
    let step = |metric: &Value| metric["step"].as_u64().or_else(|| metric["step"].as_str()?.parse().ok());
    let id = text("run_id").ok_or_else(|| odd("runs"))?;
    let step = steps.filter_map(step).max().unwrap_or_default();
    Ok(Found { id, artifacts: text("artifact_uri").unwrap_or_default(), step })
}

fn odd(call: &str) -> Failed {
    Failed { reason: format!("{call} answered something that is not MLflow's"), may_pass: false }
}

fn answer(call: &str, sent: Result<Response<ureq::Body>, ureq::Error>) -> Result<Value, Failed> {
    let away = |error: ureq::Error| Failed { reason: error.to_string(), may_pass: true };
    let mut response = sent.map_err(away)?;
    let status = response.status().as_u16();
    let text = response.body_mut().read_to_string().map_err(away)?;
    let body: Value = serde_json::from_str(&text).unwrap_or_default();
    if status == 200 {
        // A file is taken without a word.
        return if body.is_object() || text.trim().is_empty() { Ok(body) } else { Err(odd(call)) };
    }
    let word = |name: &str| body[name].as_str().map(str::to_owned);
    let said = [word("error_code"), word("message")].into_iter().flatten().collect::<Vec<_>>().join(": ");
    let reason = if said.is_empty() { format!("{call} answered {status}") } else { said };
    Err(Failed { reason, may_pass: matches!(status, 408 | 429 | 500..) })
}
