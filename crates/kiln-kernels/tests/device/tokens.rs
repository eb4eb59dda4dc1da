//! What is done to sequences of tokens, against PyTorch (`tests/golden/sequences.py`): in f32, and in f64 where the device computes in it.

use std::sync::Arc;

use burn::tensor::{DType, Device, Gradients, Tensor, TensorData};
use kiln_core::{Seed, Weights};
use kiln_kernels::{
    Recomputable, Rotary, Sequences, attention, attention_with_dropout, dropout, embedding, gru,
    linear_cross_entropy, lstm, recomputed, residual, rms_norm, swiglu,
};
use kiln_testkit::{assert_close, computes_in, device, device_name, golden, gradient_check};

use crate::{noise, run, same};

/// The gradient of an input.
type Found<'a> = &'a dyn Fn(&Gradients) -> TensorData;

/// A case of the file on a device.
struct Case<'a> {
    file: &'a Weights,
    name: &'a str,
    device: Device,
    dtype: DType,
}

impl Case<'_> {
    fn data(&self, what: &str) -> &TensorData {
        self.file.get(&format!("{}/{what}", self.name)).unwrap()
    }

    fn tensor<const D: usize>(&self, what: &str) -> Tensor<D> {
        let data = self.data(what).clone().convert_dtype(self.dtype);
        Tensor::from_data(data, (&self.device, self.dtype))
    }

    fn input<const D: usize>(&self, name: &str) -> Tensor<D> {
        self.tensor(&format!("in/{name}")).require_grad()
    }

    /// The output, and the gradients of its weighted sum.
    fn check<const D: usize>(&self, out: Tensor<D>, gradients: &[(&str, Found<'_>)]) {
        let bound = if self.dtype == DType::F64 { 1e-9 } else { 1e-5 };
        let close = |what: &str, found: &TensorData, expected: &TensorData| {
            let scale = expected.iter::<f64>().fold(1.0, |scale: f64, value| scale.max(value.abs()));
            println!("{} {what} in {:?}", self.name, self.dtype);
            assert_close(found, expected, 0.0, bound * scale);
        };
        close("out", &out.to_data(), self.data("out"));
        let found = out.mul(self.tensor::<D>("weight")).sum().backward();
        for (name, gradient) in gradients {
            close(name, &gradient(&found), self.data(&format!("grad/{name}")));
        }
    }
}

/// Calls `check` in every type that the device computes in.
fn in_every_type(name: &str, check: impl Fn(&Case<'_>)) {
    let file = golden("sequences");
    for dtype in [DType::F32, DType::F64] {
        if computes_in(dtype) {
            check(&Case { file: &file, name, device: device().autodiff(), dtype });
        }
    }
}

/// The gradient of an input, by its name.
macro_rules! of {
    ($($tensor:ident),+) => {
        &[$((stringify!($tensor), &|found| $tensor.grad(found).unwrap().into_data())),+]
    };
}

/// Numbers that a file holds as floats.
fn numbers(file: &Weights, name: &str) -> Arc<[u32]> {
    let number = |value: f64| if value < 0.0 { u32::MAX } else { value as u32 };
    file.get(name).unwrap().iter::<f64>().map(number).collect()
}

#[test]
fn attention_is_pytorchs() {
    for (name, heads, lengths, causal) in [
        ("attention_causal", 2, vec![100], true),
        ("attention_padded", 2, vec![67, 1, 64], false),
        ("attention_causal_padded", 3, vec![66, 3], true),
    ] {
        in_every_type(name, |case| {
            let qkv = case.input::<3>("qkv");
            let [items, tokens, columns] = qkv.dims();
            let rows = qkv.clone().reshape([items * tokens, columns]);
            let y = attention(rows, heads, &Sequences::padded(&lengths, tokens), causal);
            case.check(y.reshape([items, tokens, columns / 3]), of!(qkv));
        });
    }
}

#[test]
fn attention_with_a_fixed_mask_on_its_shares_is_pytorchs() {
    for (name, heads, lengths, causal) in [
        ("attention_dropout_causal", 2, vec![70], true),
        ("attention_dropout_padded", 1, vec![67, 1, 30], false),
    ] {
        in_every_type(name, |case| {
            let qkv = case.input::<3>("qkv");
            let [items, tokens, columns] = qkv.dims();
            let rows = qkv.clone().reshape([items * tokens, columns]);
            let sequences = Sequences::padded(&lengths, tokens);
            let y = attention_with_dropout(rows, heads, &sequences, causal, 0.5, Seed::new(9));
            case.check(y.reshape([items, tokens, columns / 3]), of!(qkv));
        });
    }
}

#[test]
fn shares_are_dropped_as_often_as_asked_and_the_mean_stays() {
    // One token looks at itself: its share is 1, so that a value is dropped or divided by 0.7.
    let (tokens, heads) = (4000, 2);
    let sequences = Sequences::packed(&vec![1; tokens]);
    let ones: Tensor<2> = Tensor::ones([tokens, 3 * heads], &device());
    let drop = |seed| attention_with_dropout(ones.clone(), heads, &sequences, false, 0.3, Seed::new(seed));
    let y: Vec<f32> = drop(1).into_data().iter().collect();
    let dropped = y.iter().filter(|y| **y == 0.0).count();
    // Four standard deviations.
    assert!((dropped as f64 / 8000.0 - 0.3).abs() < 4.0 * (0.3f64 * 0.7 / 8000.0).sqrt(), "{dropped}");
    assert!(y.iter().all(|y| *y == 0.0 || (y - 1.0 / 0.7).abs() < 1e-6));
    assert_eq!(drop(1).into_data(), drop(1).into_data());
    assert_ne!(drop(1).into_data(), drop(2).into_data());
    // Over many tokens the mean of the values is what it was.
    let long: Tensor<2> = Tensor::ones([600, 6], &device());
    let y = attention_with_dropout(long, 2, &Sequences::packed(&[300, 300]), true, 0.3, Seed::new(3));
    let mean = y.mean().into_scalar::<f32>();
    assert!((mean - 1.0).abs() < 0.05, "{mean}");
    // Nothing is dropped with 0.
    let qkv: Tensor<2> = Tensor::from_data(noise(6, [40, 12]), &device());
    let sequences = Sequences::packed(&[23, 17]);
    let none = attention_with_dropout(qkv.clone(), 2, &sequences, true, 0.0, Seed::new(3));
    assert_eq!(none.into_data(), attention(qkv, 2, &sequences, true).into_data());
}

#[test]
fn the_gradient_of_attention_with_dropout_is_that_of_finite_differences() {
    let at: Vec<f64> = noise(8, [9 * 12]).iter::<f64>().collect();
    let sequences = Sequences::packed(&[6, 3]);
    let of = |x: Tensor<1>| {
        let y = attention_with_dropout(x.reshape([9, 12]), 2, &sequences, true, 0.4, Seed::new(2));
        y.powi_scalar(2).flatten(0, 1)
    };
    gradient_check(of, &at, 1e-6);
}

/// A part within a part, and what is used beside it.
#[test]
fn parts_that_are_made_anew_give_the_same_bits() {
    let run = |anew: bool| {
        let (x, weight) = (noise(1, [6, 8]), noise(2, [8, 8]));
        run::<2, 2>(DType::F32, &x, &weight, &noise(3, [8]), |x, weight, gamma| {
            let inner = |x: Tensor<2>, gamma: Tensor<1>| rms_norm(x.clone(), gamma, 1e-5).tanh() + x;
            let part = move |x: Tensor<2>, mut all: Vec<burn::backend::DispatchTensor>| {
                let gamma = Tensor::<1>::from_dispatch(all.remove(1));
                let weight = Tensor::<2>::from_dispatch(all.remove(0));
                let x = x.matmul(weight);
                if !anew {
                    return inner(x, gamma);
                }
                let part =
                    Recomputable::new(move |x, mut all| inner(x, Tensor::from_dispatch(all.remove(0))));
                recomputed(x, vec![gamma.into_dispatch()], &part)
            };
            let all = vec![weight.clone().into_dispatch(), gamma.clone().into_dispatch()];
            let x = x.exp();
            let y = if anew {
                recomputed(x.clone(), all, &Recomputable::new(part))
            } else {
                part(x.clone(), all)
            };
            y + x.matmul(weight)
        })
    };
    assert_eq!(run(false), run(true));
}

#[test]
fn rows_without_padding_give_what_those_with_it_give() {
    let (lengths, tokens, heads) = ([70, 0, 3, 65], 70, 2);
    let qkv: Tensor<2> = Tensor::from_data(noise(1, [4 * tokens, 3 * heads * 6]), &device());
    let padded = attention(qkv.clone(), heads, &Sequences::padded(&lengths, tokens), true);
    let real = |x: Tensor<2>| {
        let part = |(item, &length): (usize, &usize)| x.clone().narrow(0, item * tokens, length);
        Tensor::cat(lengths.iter().enumerate().filter(|(_, length)| **length > 0).map(part).collect(), 0)
    };
    let packed = attention(real(qkv), heads, &Sequences::packed(&lengths), true);
    assert_close(&packed.into_data(), &real(padded).into_data(), 0.0, 1e-6);
}

#[test]
fn embeddings_are_pytorchs() {
    in_every_type("embedding", |case| {
        let (ids, table) = (numbers(case.file, "embedding/ids"), case.input::<2>("table"));
        case.check(embedding(table.clone(), &ids), of!(table));
    });
}

#[test]
fn a_linear_layer_and_its_loss_are_pytorchs() {
    for (name, smoothing) in [("linear_cross_entropy_0.0", 0.0), ("linear_cross_entropy_0.1", 0.1)] {
        in_every_type(name, |case| {
            let labels = numbers(case.file, "linear_cross_entropy/labels");
            let (x, weight) = (case.input::<2>("x"), case.input::<2>("weight"));
            let loss = linear_cross_entropy(x.clone(), weight.clone(), &labels, smoothing);
            case.check(loss, of!(x, weight));
        });
    }
    // No label counts.
    let x = Tensor::<2>::ones([2, 3], &device().autodiff()).require_grad();
    let loss = linear_cross_entropy(x.clone(), Tensor::ones([4, 3], &x.device()), &[u32::MAX; 2].into(), 0.1);
    let gradients = loss.backward();
    assert_eq!(loss.into_scalar::<f32>(), 0.0);
    assert_eq!(x.grad(&gradients).unwrap().into_data(), [[0f32; 3]; 2].into());
}

#[test]
fn norms_gates_and_rotations_are_pytorchs() {
    in_every_type("rms_norm", |case| {
        let (x, gamma) = (case.input::<2>("x"), case.input::<1>("gamma"));
        case.check(rms_norm(x.clone(), gamma.clone(), 1e-5), of!(x, gamma));
    });
    in_every_type("swiglu", |case| {
        let x = case.input::<2>("x");
        case.check(swiglu(x.clone()), of!(x));
    });
    in_every_type("rotary", |case| {
        let qkv = case.input::<2>("qkv");
        let y = Rotary::new(40, 8, 10_000.0).turn(qkv.clone(), &(0..40).collect());
        case.check(y, of!(qkv));
    });
}

#[test]
fn recurrent_layers_are_pytorchs() {
    in_every_type("lstm", |case| {
        let (x, of_inputs, of_states) =
            (case.input::<3>("x"), case.input::<2>("of_inputs"), case.input::<2>("of_states"));
        let (input_bias, state_bias) = (case.input::<1>("input_bias"), case.input::<1>("state_bias"));
        let bias = input_bias.clone() + state_bias.clone();
        let y = lstm(x.clone(), of_inputs.clone(), of_states.clone(), bias);
        case.check(y, of!(x, of_inputs, of_states, input_bias, state_bias));
    });
    in_every_type("gru", |case| {
        let (x, of_inputs, of_states) =
            (case.input::<3>("x"), case.input::<2>("of_inputs"), case.input::<2>("of_states"));
        let (input_bias, state_bias) = (case.input::<1>("input_bias"), case.input::<1>("state_bias"));
        let biases = [input_bias.clone(), state_bias.clone()];
        let y = gru(x.clone(), of_inputs.clone(), of_states.clone(), biases);
        case.check(y, of!(x, of_inputs, of_states, input_bias, state_bias));
    });
}

#[test]
fn a_branch_comes_back_dropped() {
    for probability in [0.0, 0.4] {
        let (x, nothing) = (noise(4, [33, 21]), noise(5, [33, 21]));
        same::<2, 2>(&format!("{probability}"), x, nothing, noise(6, [21]), |x, branch, bias| {
            residual(x, branch * bias.unsqueeze(), probability, Some(Seed::new(3)))
        });
    }
    let x: Tensor<2> = Tensor::from_data(noise(4, [5, 7]), &device());
    let together = residual(x.clone(), x.clone(), 0.3, Some(Seed::new(1)));
    assert_eq!(together.into_data(), (x.clone() + dropout(x, 0.3, Seed::new(1))).into_data());
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    if !device_name().is_cpu() {
        return;
    }
    let ids: Arc<[u32]> = (0..4000).map(|i| (i * i + 7) % 301).collect();
    let labels: Arc<[u32]> = ids.iter().map(|id| (id * 5 + 1) % 90).collect();
    let step = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let (table, weight) = (noise(1, [301, 96]), noise(2, [90, 96]));
            run::<2, 1>(DType::F32, &table, &weight, &noise(3, [96]), |table, weight, gamma| {
                let x = rms_norm(embedding(table, &ids), gamma.clone(), 1e-5);
                let sequences = Sequences::padded(&[200; 20], 200);
                let y = attention_with_dropout(x.clone(), 2, &sequences, true, 0.1, Seed::new(7));
                let y = lstm(
                    y.reshape([20, 200, 32]),
                    weight.clone().narrow(0, 0, 32).repeat_dim(1, 2).narrow(1, 0, 128),
                    weight.clone().narrow(0, 32, 32).repeat_dim(1, 2).narrow(1, 0, 128),
                    gamma.clone().repeat_dim(0, 2).narrow(0, 0, 128),
                );
                let x = residual(x.narrow(1, 0, 32), y.reshape([4000, 32]), 0.1, Some(Seed::new(1)));
                linear_cross_entropy(x, weight.narrow(1, 0, 32), &labels, 0.1)
            })
        })
    };
    let expected = step(1);
    for threads in [2, 3, 8] {
        assert!(step(threads) == expected, "{threads} threads");
    }
}
