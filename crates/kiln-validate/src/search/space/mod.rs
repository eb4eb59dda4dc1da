//! What may vary: settings with domains and conditions.

mod assignment;
mod condition;
mod domain;
mod grid;
mod parameter;
mod parse;
mod value;

use serde::{Deserialize, Serialize};

pub use assignment::Assignment;
pub use condition::{Condition, Test};
pub use domain::Domain;
pub use grid::GRID_LIMIT;
pub use parameter::Parameter;
pub use parse::is_space;
pub use value::Value;

use super::error::SearchError;

/// The settings that vary, every one behind those that its condition is about.
///
/// | text | values |
/// |---|---|
/// | `uniform(0, 0.5)` | any number from 0 to 0.5 |
/// | `uniform(0, 0.5, 0.1)` | 0, 0.1, …, 0.5 |
/// | `log(1e-5, 1e-1)` | any number, equal ratios equally likely; bounds > 0 |
/// | `int(1, 4)`, `int(16, 256, 16)` | whole numbers, by steps |
/// | `logint(8, 512)` | whole numbers, equal ratios equally likely; bounds ≥ 1 |
/// | `choice(32, 64, [128, 64], sgd)` | one of these |
/// | `… if optim.kind=sgd\|rmsprop` | set only when the other setting is one of these (also `>=`, `<=`) |
///
/// ```
/// use kiln_validate::search::Space;
///
/// let space = Space::parse([
///     "optim.momentum=uniform(0, 0.99) if optim.kind=sgd",
///     "optim.kind=choice(adam, sgd)",
///     "optim.lr=log(1e-5, 1e-1)",
/// ])?;
/// assert_eq!(space.parameters()[1].to_string(), "optim.momentum=uniform(0.0,0.99) if optim.kind=\"sgd\"");
///
/// let error = Space::parse(["optim.lr=lgo(1e-5, 1e-1)"]).unwrap_err();
/// assert_eq!(error.to_string(), "optim.lr: there is no distribution \"lgo\"");
/// # Ok::<(), kiln_validate::search::SearchError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Space {
    parameters: Vec<Parameter>,
}

impl Space {
    /// Reads `KEY=SPACE` texts.
    ///
    /// # Errors
    /// What the text does not say rightly, contradictory bounds, conditions that cannot hold or go in circles.
    pub fn parse<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Result<Self, SearchError> {
        let mut parameters = Vec::new();
        for text in texts {
            let text = text.as_ref();
            let (key, space) = text.split_once('=').unwrap_or((text, ""));
            parameters.push(parse::parameter(key.trim(), space.trim())?);
        }
        Self::new(parameters)
    }

    /// A space of these parameters.
    ///
    /// # Errors
    /// As [`Space::parse`].
    pub fn new(parameters: Vec<Parameter>) -> Result<Self, SearchError> {
        if parameters.is_empty() {
            return Err(SearchError::Empty);
        }
        let mut parameters: Vec<Parameter> = parameters
            .into_iter()
            .map(|parameter| {
                Ok(Parameter { domain: parameter.domain.checked(&parameter.name)?, ..parameter })
            })
            .collect::<Result<_, SearchError>>()?;
        for (place, parameter) in parameters.iter().enumerate() {
            let key = parameter.name.clone();
            if parameters[..place].iter().any(|other| other.name == key) {
                return Err(SearchError::Twice { key });
            }
            let Some(Condition { parent, test }) = &parameter.when else { continue };
            match parameters.iter().find(|other| other.name == *parent) {
                None => return Err(SearchError::NoParent { key, parent: parent.clone() }),
                Some(other) if test.witness(&other.domain).is_none() => {
                    let wanted = test.to_string().trim_start_matches('=').to_owned();
                    return Err(SearchError::NeverSet { key, parent: parent.clone(), wanted });
                }
                Some(_) => {}
            }
        }
        // Parents first, else in the order they were given.
        let mut ordered: Vec<Parameter> = Vec::new();
        while !parameters.is_empty() {
            let ready = |parameter: &Parameter| match &parameter.when {
                Some(when) => ordered.iter().any(|other| other.name == when.parent),
                None => true,
            };
            match parameters.iter().position(ready) {
                Some(place) => ordered.push(parameters.remove(place)),
                None => {
                    let stuck = &parameters[0];
                    let parent = stuck.when.as_ref().map(|when| when.parent.clone()).unwrap_or_default();
                    return Err(SearchError::Circle { key: stuck.name.clone(), parent });
                }
            }
        }
        Ok(Self { parameters: ordered })
    }

    /// The parameters, every one behind its parent.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// Assignments that together try every choice and both ends of every other domain: to see, before a study begins,
    /// whether a configuration takes them.
    pub fn probes(&self) -> Vec<Assignment> {
        let place_of = |name: &str| self.parameters.iter().position(|parameter| parameter.name == name);
        let mut probes: Vec<Assignment> = Vec::new();
        for (place, parameter) in self.parameters.iter().enumerate() {
            for example in parameter.domain.examples() {
                // What must hold for the parameter to be set at all, up to a parameter without a condition.
                let mut forced = vec![(place, example)];
                let mut when = parameter.when.as_ref();
                while let Some(condition) = when {
                    let Some(parent) = place_of(&condition.parent) else { break };
                    let Parameter { domain, when: next, .. } = &self.parameters[parent];
                    forced.extend(condition.test.witness(domain).map(|value| (parent, value)));
                    when = next.as_ref();
                }
                let probe = self.assign(|place, parameter| {
                    let found = forced.iter().find(|(at, _)| *at == place);
                    found.map_or_else(|| parameter.domain.at(0.5), |(_, value)| value.clone())
                });
                if !probes.contains(&probe) {
                    probes.push(probe);
                }
            }
        }
        probes
    }

    /// Goes through the parameters that are set, parents first, and gives each the value that `choose` says; it is
    /// given the parameter's place in the space.
    pub(crate) fn assign(&self, mut choose: impl FnMut(usize, &Parameter) -> Value) -> Assignment {
        let mut params = Assignment::default();
        for (place, parameter) in self.parameters.iter().enumerate() {
            if self.is_set(parameter, &params) {
                params.set(&parameter.name, choose(place, parameter));
            }
        }
        params
    }

    /// Whether a parameter is set, given those before it.
    pub(crate) fn is_set(&self, parameter: &Parameter, params: &Assignment) -> bool {
        parameter.when.as_ref().is_none_or(|when| when.holds(params))
    }
}

impl TryFrom<Vec<String>> for Space {
    type Error = SearchError;

    fn try_from(texts: Vec<String>) -> Result<Self, SearchError> {
        Self::parse(texts)
    }
}

impl From<Space> for Vec<String> {
    fn from(space: Space) -> Self {
        space.parameters.iter().map(Parameter::to_string).collect()
    }
}

#[cfg(test)]
mod tests;
