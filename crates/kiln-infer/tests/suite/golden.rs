//! Networks against PyTorch: the files that `models.py`, `tabular.py` and `columns.py` of `tests/golden` write, with weights as kiln has them.

use kiln_infer::plan::{
    Activation, Average, Column, Embedding, Encoding, Inputs, Missing, Operation, Outputs, Plan, Raw, Table,
    Target,
};
use kiln_infer::{Model, Tensor, write};
use safetensors::SafeTensors;

struct Golden(Vec<u8>);

impl Golden {
    fn new(name: &str) -> Self {
        let path = format!("{}/../../tests/golden/models_{name}.safetensors", env!("CARGO_MANIFEST_DIR"));
        Self(std::fs::read(path).unwrap())
    }

    fn file(&self) -> SafeTensors<'_> {
        SafeTensors::deserialize(&self.0).unwrap()
    }

    fn numbers(&self, name: &str) -> (Vec<usize>, Vec<f32>) {
        let file = self.file();
        let view = file.tensor(name).unwrap();
        let numbers = view.data().as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        (view.shape().to_vec(), numbers)
    }

    /// The weights under their paths.
    fn weights(&self) -> Vec<Tensor> {
        let file = self.file();
        let names = file.names();
        let paths = names.iter().filter_map(|name| name.strip_prefix("weights/"));
        let tensor = |path: &str| {
            let (shape, numbers) = self.numbers(&format!("weights/{path}"));
            Tensor { name: path.to_owned(), shape, numbers }
        };
        paths.map(tensor).collect()
    }

    fn bins(&self) -> Vec<Vec<f32>> {
        (0..4).map(|number| self.numbers(&format!("bins/{number}")).1).collect()
    }

    /// Compares with the outputs of PyTorch, all rows at once and one by one.
    #[track_caller]
    fn check(&self, network: Vec<Operation>, heads: usize) {
        let (shape, inputs) = self.numbers("inputs");
        let (_, wanted) = self.numbers("outputs/evaluation");
        let (items, width) = (shape[0], shape[1]);
        let outputs = wanted.len() / items / heads;
        let column = |at: usize| Column {
            name: format!("x{at}"),
            encoding: Encoding::Number { missing: 0.0, scale: [0.0, 1.0] },
        };
        let columns = (0..width).map(column).collect();
        let table = Table { columns, missing: Missing::Usual, single: false, select: None, components: None };
        let target = Target::Values {
            names: (0..outputs).map(|at| format!("y{at}")).collect(),
            scales: vec![[0.0, 1.0]; outputs],
            powers: Vec::new(),
        };
        let plan = Plan {
            version: Plan::VERSION,
            inputs: Inputs::Table(table),
            network,
            outputs: Outputs { average: Average::Mean, raw: Raw::Plain, target },
        };
        let model = Model::from_bytes(&write(&plan, &self.weights()).unwrap()).unwrap();
        let rows: Vec<&[f32]> = inputs.chunks(width).collect();
        let all = model.predict(&rows).unwrap();
        for (item, row) in rows.iter().enumerate() {
            let one = model.predict_row(row).unwrap();
            for output in 0..outputs {
                let of_heads =
                    (0..heads).map(|head| f64::from(wanted[(head * items + item) * outputs + output]));
                let wanted = of_heads.sum::<f64>() / heads as f64;
                for found in [all[item].values().unwrap()[output], one.values().unwrap()[output]] {
                    let error = (found - wanted).abs();
                    assert!(error <= 2e-6 * wanted.abs().max(1.0), "item {item}: {found}, PyTorch {wanted}");
                }
            }
        }
    }
}

fn linear(layer: &str, bias: bool) -> Operation {
    Operation::Linear { layer: layer.to_owned(), bias }
}

fn dense(bias: bool, norm: Option<Operation>, activation: Activation) -> Vec<Operation> {
    [linear("layers.0.linear", bias)]
        .into_iter()
        .chain(norm)
        .chain([Operation::Activation(activation)])
        .collect()
}

#[test]
fn norms_and_activations() {
    let layers = |bias: bool, norm: &dyn Fn(String) -> Operation, activation| {
        let layer = |l: usize| {
            let linear = linear(&format!("layers.{l}.linear"), bias);
            [linear, norm(format!("layers.{l}.norm")), Operation::Activation(activation)]
        };
        [0, 1].into_iter().flat_map(layer).chain([linear("output", true)]).collect()
    };
    let batch = |layer| Operation::BatchNorm { layer, epsilon: 1e-5 };
    Golden::new("mlp_batch").check(layers(false, &batch, Activation::Relu), 1);
    let norm = |layer| Operation::LayerNorm { layer, epsilon: 1e-5 };
    Golden::new("mlp_layer").check(layers(true, &norm, Activation::Gelu), 1);
}

/// `tests/golden/tabular.py` has the numbers in the columns that the scripts of kiln-models name.
fn embedded(kind: Embedding) -> Vec<Operation> {
    let (numbers, others) = (vec![0, 1, 3, 4], vec![2, 5]);
    let embedding = Operation::Embedding { layer: "embedding".to_owned(), kind, numbers, others };
    [embedding]
        .into_iter()
        .chain(dense(true, None, Activation::Relu))
        .chain([linear("output", true)])
        .collect()
}

#[test]
fn embeddings_of_numbers() {
    Golden::new("mlp_plr").check(embedded(Embedding::Plr), 1);
    Golden::new("mlp_pbld").check(embedded(Embedding::Pbld), 1);
    let golden = Golden::new("mlp_piecewise");
    golden.check(embedded(Embedding::PiecewiseLinear { bins: golden.bins() }), 1);
}

#[test]
fn layers_of_several_heads() {
    let layer = |l: usize| {
        [Operation::Ensemble { layer: format!("layers.{l}") }, Operation::Activation(Activation::Relu)]
    };
    let heads = Operation::Heads { layer: "output".to_owned() };
    Golden::new("tabm").check([0, 1].into_iter().flat_map(layer).chain([heads]).collect(), 4);
}

#[test]
fn vectors_of_categories() {
    let categories = Operation::Categories {
        layer: "categories".to_owned(),
        columns: vec![[1, 3], [5, 4]],
        others: vec![0, 4],
    };
    let network =
        [categories].into_iter().chain(dense(true, None, Activation::Relu)).chain([linear("output", true)]);
    Golden::new("mlp_categories").check(network.collect(), 1);
}
