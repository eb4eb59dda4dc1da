//! Where in a module a tensor is: field by field, with the types that the fields are of.

use crate::params::ModulePath;

/// The way from the root of a module to a tensor. Variants of enums are left out, as in a path.
#[derive(Debug, Clone)]
pub(super) struct Place(Vec<Step>);

/// A field, and what it is a field of.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) field: String,
    /// The name of the struct, or `Vec`, `Array`, `Tuple`.
    pub(super) of: String,
}

impl Place {
    pub(super) fn at(path: &ModulePath) -> Self {
        let steps = path.steps().iter().filter(|(_, container)| !container.starts_with("Enum:"));
        Self(
            steps
                .map(|(field, container)| Step {
                    field: field.clone(),
                    of: container.strip_prefix("Struct:").unwrap_or(container).to_owned(),
                })
                .collect(),
        )
    }

    #[cfg(test)]
    pub(super) fn of(steps: &[(&str, &str)]) -> Self {
        let step = |(field, of): &(&str, &str)| Step { field: (*field).to_owned(), of: (*of).to_owned() };
        Self(steps.iter().map(step).collect())
    }

    pub(super) fn steps(&self) -> &[Step] {
        &self.0
    }

    pub(super) fn path(&self) -> String {
        joined(self.0.iter().map(|step| step.field.as_str()))
    }
}

/// Names with dots between.
pub(super) fn joined<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.filter(|name| !name.is_empty()).collect::<Vec<_>>().join(".")
}

/// `prefix.leaf`.
pub(super) fn at(prefix: &str, leaf: &str) -> String {
    joined([prefix, leaf].into_iter())
}
