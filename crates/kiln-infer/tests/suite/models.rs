//! Models made by hand, one of every operation.

use kiln_cell::DateForm;
use kiln_infer::plan::{
    Activation, Average, Column, Components, Embedding, Encoding, Images, Inputs, Missing, Operation,
    Outputs, Plan, Raw, Table, Target,
};
use kiln_infer::{Tensor, write};

/// Tensors with numbers that are the same on every machine.
#[derive(Default)]
pub(crate) struct Zoo(Vec<Tensor>);

impl Zoo {
    fn tensor(&mut self, name: &str, shape: &[usize], low: f32) {
        let seed = name.bytes().fold(7u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
        let len = shape.iter().product::<usize>();
        let number = |at: usize| {
            let bits = (at as u32).wrapping_add(1).wrapping_mul(0x9e37_79b9).wrapping_add(seed) >> 8;
            low + (bits % 1000) as f32 / 1000.0
        };
        let numbers = (0..len).map(number).collect();
        self.0.push(Tensor { name: name.to_owned(), shape: shape.to_vec(), numbers });
    }

    fn linear(&mut self, layer: &str, inputs: usize, outputs: usize) -> Operation {
        self.tensor(&format!("{layer}.weight"), &[inputs, outputs], -0.5);
        self.tensor(&format!("{layer}.bias"), &[outputs], -0.5);
        Operation::Linear { layer: layer.to_owned(), bias: true }
    }

    fn conv(
        &mut self,
        layer: &str,
        [inputs, outputs, kernel]: [usize; 3],
        stride: usize,
        groups: usize,
    ) -> Operation {
        self.tensor(&format!("{layer}.weight"), &[outputs, inputs / groups, kernel, kernel], -0.5);
        Operation::Conv { layer: layer.to_owned(), bias: false, stride, padding: kernel / 2, groups }
    }

    fn batch_norm(&mut self, layer: &str, channels: usize) -> Operation {
        for (name, low) in [("gamma", 0.5), ("beta", -0.5), ("running_mean", -0.5), ("running_var", 0.5)] {
            self.tensor(&format!("{layer}.{name}"), &[channels], low);
        }
        Operation::BatchNorm { layer: layer.to_owned(), epsilon: 1e-5 }
    }
}

/// The bytes of a model.
pub(crate) fn bytes(plan: &Plan, zoo: &Zoo) -> Vec<u8> {
    write(plan, &zoo.0).unwrap()
}

fn classes(names: &[&str]) -> Outputs {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    let target = Target::Classes { names, temperature: 1.5, threshold: Some(0.375) };
    Outputs { average: Average::Softmax, raw: Raw::Plain, target }
}

/// A table with every kind of column.
fn table() -> Table {
    let column = |name: &str, encoding| Column { name: name.to_owned(), encoding };
    let names = ["no".to_owned(), "yes".to_owned()].to_vec();
    let features = vec![vec![1.0, 0.0], vec![0.0, 1.0], vec![0.0; 2], vec![0.0; 2]];
    Table {
        columns: vec![
            column("age", Encoding::Number { missing: 40.0, scale: [38.5, 12.25] }),
            column("fare", Encoding::SmoothClip { missing: 8.0, median: 7.5, factor: 0.25 }),
            column(
                "rank",
                Encoding::QuantileNormal { missing: 2.0, quantiles: vec![0.0, 1.0, 1.0, 4.0, 9.0] },
            ),
            column("paid", Encoding::Category { names, features }),
            column(
                "born",
                Encoding::Date {
                    form: DateForm::YearFirst,
                    missing: [1980.0, 6.5, 4.0, 3800.0],
                    scales: [[1980.0, 20.0], [6.5, 3.5], [4.0, 2.0], [3800.0, 7000.0]],
                },
            ),
        ],
        missing: Missing::Own(vec!["-999".to_owned(), "n/k".to_owned()]),
        single: false,
        select: None,
        components: None,
    }
}

/// Every step for tables: all encodings, selection, components, embeddings, norms and activations.
pub(crate) fn perceptron() -> (Plan, Zoo) {
    let mut zoo = Zoo::default();
    let mut inputs = table();
    inputs.select = Some(vec![0, 1, 2, 4, 5, 8]);
    let axis =
        |at: usize| (0..6).map(|place| if place == at { 0.75 } else { 0.125 * place as f64 }).collect();
    let mean = vec![0.25; 6];
    inputs.components =
        Some(Components { mean, axes: (0..5).map(axis).collect(), deviations: Some(vec![1.5; 5]) });
    zoo.tensor("embedding.numbers.frequencies", &[3, 4], -0.5);
    zoo.tensor("embedding.numbers.phases", &[3, 4], -0.5);
    zoo.tensor("embedding.numbers.linear.weight", &[3, 4, 2], -0.5);
    zoo.tensor("embedding.numbers.linear.bias", &[3, 2], -0.5);
    let embedding = Operation::Embedding {
        layer: "embedding".to_owned(),
        kind: Embedding::Pbld,
        numbers: vec![0, 1, 3],
        others: vec![2, 4],
    };
    zoo.tensor("norm.gamma", &[7], 0.5);
    zoo.tensor("norm.beta", &[7], -0.5);
    let network = vec![
        Operation::Flatten,
        embedding,
        zoo.linear("a", 11, 7),
        Operation::LayerNorm { layer: "norm".to_owned(), epsilon: 1e-5 },
        Operation::Activation(Activation::Gelu),
        zoo.linear("b", 7, 70),
        zoo.batch_norm("bn", 70),
        Operation::Activation(Activation::Relu),
        zoo.batch_norm("alone", 70),
        Operation::Activation(Activation::Tanh),
        zoo.linear("output", 70, 2),
    ];
    let plan = Plan {
        version: Plan::VERSION,
        inputs: Inputs::Table(inputs),
        network,
        outputs: classes(&["no", "yes"]),
    };
    (plan, zoo)
}

/// Every step for images.
pub(crate) fn images() -> (Plan, Zoo) {
    let mut zoo = Zoo::default();
    let pixels: Vec<Vec<f32>> =
        (0..2).map(|channel| (0..256).map(|value| (value - 100 * channel) as f32 / 64.0).collect()).collect();
    let silu = Operation::Activation(Activation::Silu);
    zoo.tensor("se.fc1.weight", &[2, 6, 1, 1], -0.5);
    zoo.tensor("se.fc1.bias", &[2], -0.5);
    zoo.tensor("se.fc2.weight", &[6, 2, 1, 1], -0.5);
    zoo.tensor("se.fc2.bias", &[6], -0.5);
    let residual = vec![zoo.conv("r", [4, 4, 3], 1, 2), zoo.batch_norm("rn", 4), silu.clone()];
    let network = vec![
        zoo.batch_norm("first", 2),
        zoo.conv("a", [2, 4, 3], 1, 1),
        zoo.batch_norm("an", 4),
        Operation::Activation(Activation::Relu),
        Operation::MaxPool { side: 2, stride: 2, padding: 0 },
        Operation::Residual(residual),
        Operation::Sum {
            branch: vec![zoo.conv("b", [4, 6, 3], 2, 1), zoo.batch_norm("bn", 6)],
            shortcut: vec![zoo.conv("s", [4, 6, 1], 2, 1)],
        },
        Operation::SqueezeExcite {
            layer: "se".to_owned(),
            activation: Activation::Relu,
            gate: Activation::HardSigmoid,
        },
        Operation::MaxPool { side: 3, stride: 1, padding: 1 },
        Operation::Flatten,
        zoo.linear("c", 6 * 2 * 3, 5),
        Operation::Activation(Activation::LeakyRelu),
        zoo.linear("output", 5, 3),
    ];
    let names = ["a".to_owned(), "b".to_owned(), "c".to_owned()].to_vec();
    let plan = Plan {
        version: Plan::VERSION,
        inputs: Inputs::Images(Images { shape: [2, 8, 10], pixels }),
        network,
        outputs: Outputs { average: Average::Mean, raw: Raw::Plain, target: Target::Labels { names } },
    };
    (plan, zoo)
}

/// Layers of several heads behind an embedding with bins; numbers are predicted, of which some outputs are not used.
pub(crate) fn heads() -> (Plan, Zoo) {
    let mut zoo = Zoo::default();
    zoo.tensor("embedding.numbers.weight", &[3, 2], -0.5);
    zoo.tensor("embedding.numbers.bias", &[3, 2], -0.5);
    zoo.tensor("embedding.numbers.bin_weight", &[3, 3, 2], -0.5);
    for (layer, inputs, outputs) in [("layers.0", 12, 8), ("layers.1", 8, 6)] {
        zoo.tensor(&format!("{layer}.weight"), &[inputs, outputs], -0.5);
        zoo.tensor(&format!("{layer}.scale_in"), &[4, inputs], -0.5);
        zoo.tensor(&format!("{layer}.scale_out"), &[4, outputs], 0.5);
        zoo.tensor(&format!("{layer}.bias"), &[4, outputs], -0.5);
    }
    zoo.tensor("output.weight", &[4, 6, 4], -0.5);
    zoo.tensor("output.bias", &[4, 4], -0.5);
    let bins = vec![vec![-1.0, 0.0, 0.5, 1.0], vec![-1.0, 1.0], vec![0.0, 0.25, 1.0]];
    let embedding = Operation::Embedding {
        layer: "embedding".to_owned(),
        kind: Embedding::PiecewiseLinear { bins },
        numbers: vec![0, 1, 2],
        others: vec![3, 4, 5, 6, 7, 8],
    };
    let network = vec![
        embedding,
        Operation::Ensemble { layer: "layers.0".to_owned() },
        Operation::Activation(Activation::Relu),
        Operation::Ensemble { layer: "layers.1".to_owned() },
        Operation::Activation(Activation::Sigmoid),
        Operation::Heads { layer: "output".to_owned() },
    ];
    let target = Target::Values {
        names: vec!["price".to_owned(), "size".to_owned()],
        scales: vec![[200.0, 50.0], [0.0, 1.0]],
        powers: Vec::new(),
    };
    let outputs = Outputs { average: Average::Mean, raw: Raw::First(2), target };
    (Plan { version: Plan::VERSION, inputs: Inputs::Table(table()), network, outputs }, zoo)
}
