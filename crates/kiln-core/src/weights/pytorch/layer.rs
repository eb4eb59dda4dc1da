//! What the tensors of Burn's layers are called in PyTorch.

use super::place::{Place, Step, at, joined};
use super::tensor::{Part, Rows};
use super::transformer::renamed;

/// A tensor of a file that may be the one wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) name: String,
    pub(super) part: Part,
    /// A tensor beside it that says nothing: the number of batches that batch norm has seen.
    pub(super) companion: Option<String>,
}

impl Source {
    fn new(name: String, part: Part) -> Self {
        Self { name, part, companion: None }
    }
}

/// The tensors that may be the one at `place`, the likeliest first. `norm_first` is that of transformer layers.
pub(super) fn sources(place: &Place, norm_first: Option<bool>) -> Vec<Source> {
    let steps = place.steps();
    let mut sources = match steps {
        [above @ .., gate, side, leaf] if side.of == "GateController" && leaf.of == "Linear" => {
            recurrent(above, gate, side, leaf, norm_first)
        }
        [above @ .., projection, leaf] if projection.of == "MultiHeadAttention" && leaf.of == "Linear" => {
            attention(&renamed(above, norm_first), projection, leaf).into_iter().collect()
        }
        _ => Vec::new(),
    };
    if let [above @ .., leaf] = steps {
        // As PyTorch's own containers call it, and as a module with the fields of this one does.
        for prefix in [renamed(above, norm_first), joined(above.iter().map(|step| step.field.as_str()))] {
            sources.push(simple(&prefix, leaf));
        }
    }
    sources
}

/// A layer that is one in PyTorch, too.
fn simple(prefix: &str, leaf: &Step) -> Source {
    let name = match (leaf.of.as_str(), leaf.field.as_str()) {
        ("BatchNorm" | "LayerNorm" | "GroupNorm" | "InstanceNorm" | "RmsNorm", "gamma") => "weight",
        ("BatchNorm" | "LayerNorm" | "GroupNorm" | "InstanceNorm" | "RmsNorm", "beta") => "bias",
        ("PRelu", "alpha") => "weight",
        (_, field) => field,
    };
    let mut source = Source::new(at(prefix, name), Part { rows: None, turned: is_matrix(leaf) });
    if leaf.of == "BatchNorm" {
        source.companion = Some(at(prefix, "num_batches_tracked"));
    }
    source
}

/// Burn's weight of a linear layer is `[inputs, outputs]`, PyTorch's `[outputs, inputs]`.
fn is_matrix(leaf: &Step) -> bool {
    leaf.of == "Linear" && leaf.field == "weight"
}

/// Query, key and value are one tensor in PyTorch.
fn attention(prefix: &str, projection: &Step, leaf: &Step) -> Option<Source> {
    let turned = is_matrix(leaf);
    let index = match projection.field.as_str() {
        "query" => 0,
        "key" => 1,
        "value" => 2,
        "output" => {
            let name = at(prefix, &format!("out_proj.{}", leaf.field));
            return Some(Source::new(name, Part { rows: None, turned }));
        }
        _ => return None,
    };
    let name = at(prefix, &format!("in_proj_{}", leaf.field));
    Some(Source::new(name, Part { rows: Some(Rows { index, of: 3 }), turned }))
}

/// The gates of a recurrent layer are one tensor in PyTorch, and all layers and directions are one module.
fn recurrent(above: &[Step], gate: &Step, side: &Step, leaf: &Step, norm_first: Option<bool>) -> Vec<Source> {
    let rows = match (gate.of.as_str(), gate.field.as_str()) {
        ("Lstm", "input_gate") => Rows { index: 0, of: 4 },
        ("Lstm", "forget_gate") => Rows { index: 1, of: 4 },
        ("Lstm", "cell_gate") => Rows { index: 2, of: 4 },
        ("Lstm", "output_gate") => Rows { index: 3, of: 4 },
        ("Gru", "reset_gate") => Rows { index: 0, of: 3 },
        ("Gru", "update_gate") => Rows { index: 1, of: 3 },
        ("Gru", "new_gate") => Rows { index: 2, of: 3 },
        ("Rnn", "gate") => Rows { index: 0, of: 1 },
        _ => return Vec::new(),
    };
    let side = match side.field.as_str() {
        "input_transform" => "ih",
        "hidden_transform" => "hh",
        _ => return Vec::new(),
    };
    let (above, direction) = match above {
        [rest @ .., way] if matches!(way.of.as_str(), "BiLstm" | "BiGru" | "BiRnn") => {
            (rest, if way.field == "reverse" { "_reverse" } else { "" })
        }
        all => (all, ""),
    };
    let part = Part { rows: Some(rows), turned: is_matrix(leaf) };
    let source = |above: &[Step], layer: &str| {
        let name = format!("{}_{side}_l{layer}{direction}", leaf.field);
        Source::new(at(&renamed(above, norm_first), &name), part)
    };
    let mut sources = vec![source(above, "0")];
    if let [rest @ .., layer] = above
        && matches!(layer.of.as_str(), "Vec" | "Array" | "Tuple")
    {
        sources.push(source(rest, &layer.field));
    }
    sources
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(steps: &[(&str, &str)]) -> Vec<String> {
        sources(&Place::of(steps), None).into_iter().map(|source| source.name).collect()
    }

    #[test]
    fn stacked_layers_have_numbers_and_directions_names() {
        let gate = [("forget_gate", "Lstm"), ("hidden_transform", "GateController"), ("bias", "Linear")];
        let with = |above: &[(&'static str, &'static str)]| [above, &gate[..]].concat();
        assert_eq!(names(&with(&[("lstm", "Net")]))[0], "lstm.bias_hh_l0");
        assert_eq!(names(&with(&[("lstm", "Net"), ("reverse", "BiLstm")]))[0], "lstm.bias_hh_l0_reverse");
        let stacked = names(&with(&[("lstm", "Net"), ("1", "Vec"), ("forward", "BiLstm")]));
        assert_eq!(stacked[..2], ["lstm.1.bias_hh_l0", "lstm.bias_hh_l1"]);
    }

    #[test]
    fn the_type_of_the_layer_decides_and_not_the_name_of_the_field() {
        let of = |field, layer| sources(&Place::of(&[("body", "Net"), (field, layer)]), None).remove(0);
        assert_eq!(of("gamma", "LayerNorm").name, "body.weight");
        assert_eq!(of("gamma", "Own").name, "body.gamma");
        assert!(of("weight", "Linear").part.turned);
        assert!(!of("weight", "Embedding").part.turned && !of("weight", "Own").part.turned);
        assert_eq!(of("running_var", "BatchNorm").companion.as_deref(), Some("body.num_batches_tracked"));
    }
}
