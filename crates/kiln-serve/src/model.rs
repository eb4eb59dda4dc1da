//! A model that is served.

use kiln_experiment::Predictor;
use kiln_experiment::predict::Prepared;

use crate::body::{self, BodyKind, Items};
use crate::describe::Served;
use crate::error::ServeError;
use crate::refusal::Refusal;

/// A model that is served: what a body becomes, and what is answered.
#[derive(Debug, Clone)]
pub struct Model {
    predictor: Predictor,
    run: String,
    served: Served,
}

impl Model {
    /// The model of a run, which clients see called `run`.
    ///
    /// # Errors
    /// [`ServeError::Inputs`] for a model of neither tables, texts, time series nor images.
    pub fn new(predictor: Predictor, run: impl Into<String>) -> Result<Self, ServeError> {
        let shape = predictor.input_shape();
        let is_uneven = predictor.text_column().is_some() || predictor.channels().is_some();
        if !is_uneven && predictor.columns().is_none() && shape.as_images().is_none() {
            return Err(ServeError::Inputs { found: shape.noun() });
        }
        let run = run.into();
        let served = Served::of(&run, &predictor);
        Ok(Self { predictor, run, served })
    }

    /// What clients see it called.
    pub fn run(&self) -> &str {
        &self.run
    }

    /// What is said of it.
    pub fn served(&self) -> &Served {
        &self.served
    }

    /// What a body with this content type holds.
    ///
    /// # Errors
    /// A [`Refusal`] with the status 415, also without a content type.
    pub fn kind_of(&self, content_type: Option<&str>) -> Result<BodyKind, Refusal> {
        BodyKind::of(content_type, self.predictor.input_shape().as_images().is_some())
    }

    /// Reads and prepares a body.
    ///
    /// # Errors
    /// A [`Refusal`]: 400 for what is no JSON or nothing at all, 415 for what is compressed, 422 for what the model does not take, with
    /// the row and column where one is known.
    pub fn prepare(&self, kind: BodyKind, body: &[u8]) -> Result<Items, Refusal> {
        body::prepare(&self.predictor, kind, body)
    }

    /// The answers to several requests, which are predicted in one call: JSON as `kiln predict` writes it, a list for a list.
    ///
    /// # Errors
    /// What went wrong, in words.
    pub fn answer(&self, requests: &[Items]) -> Result<Vec<Vec<u8>>, String> {
        let prepared: Vec<&Prepared> = requests.iter().map(|request| &request.prepared).collect();
        let predictions = self.predictor.predict_prepared(&prepared).map_err(|error| error.to_string())?;
        let mut rest = predictions.as_slice();
        let mut answers = Vec::with_capacity(requests.len());
        for Items { prepared, is_list } in requests {
            let (of_request, others) =
                rest.split_at_checked(prepared.len()).ok_or("predictions are missing")?;
            rest = others;
            let written = match of_request {
                [one] if !is_list => serde_json::to_vec(one),
                many => serde_json::to_vec(many),
            };
            answers.push(written.map_err(|error| error.to_string())?);
        }
        Ok(answers)
    }

    /// A command line that asks the server at `url` for a prediction.
    pub fn curl(&self, url: &str) -> String {
        let (json, example) = ("-H 'content-type: application/json'", &self.served.example);
        // A shell takes a quote within quotes by leaving them.
        let quoted = example.replace('\'', r"'\''");
        if quoted.len() <= 300 {
            format!("curl -s {json} -d '{quoted}' {url}/predict")
        } else {
            format!("curl -s {url}/example | curl -s {json} -d @- {url}/predict")
        }
    }
}
