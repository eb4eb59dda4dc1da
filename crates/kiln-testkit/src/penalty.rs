//! The laws that every penalty keeps.

use burn::tensor::{DType, Tensor, TensorData};
use kiln_core::Seed;
use kiln_objective::{Penalty, WeightView};
use kiln_optim::StepSize;

use crate::{computes_in, device, draws, few, gradient_check};

/// How many shapes of weights as layers have them: vectors, matrices, filters.
const SHAPES: u64 = 100;

/// What a penalty promises beside the laws of all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PenaltyLaws {
    /// It is convex: its proximal step brings no two points further apart.
    pub convex: bool,
    /// It is a norm or a square of one: least, and 0, at 0.
    pub least_at_zero: bool,
}

/// Asserts that a penalty keeps its laws, at 100 random shapes of vectors, matrices and filters (3 on a GPU):
///
/// - its value is one number, not negative, of the weight's data type, and does not depend on where in memory the weight is;
/// - its gradient is that of its differences, in f64, within a relative error of 1e-6, whether it is in closed form or not;
/// - f32 gives what f64 gives but for rounding;
/// - where it is proximal, the step ends where `Σ (u − w)²/(2 size) + R(u)` is least: no point nearby is lower, with one size for
///   all and with a size for each element; the two agree where all sizes are the same; a step of no length is none; for a convex
///   penalty two points are no further apart after it, and 0 stays 0;
/// - where it is not proximal it gives no step;
/// - what [`PenaltyLaws`] says.
///
/// `penalty` has a strength between 0.1 and 1; `is_smooth` says whether a weight lies far enough from the penalty's corners for
/// differences (`|_, _| true` where it has none).
///
/// # Panics
/// When a law is broken; the message has `name`, the law and the numbers.
#[track_caller]
pub fn check_penalty(
    name: &str,
    penalty: &dyn Penalty,
    is_smooth: impl Fn(&[f64], &[usize]) -> bool,
    laws: PenaltyLaws,
) {
    let shapes = draws(SHAPES);
    let mut smooth = 0;
    for shape in 0..shapes {
        let mut draw = Draw(Seed::new(shape), 0);
        let dims = draw.dims(shape);
        let numbers = dims.iter().product();
        let weight = draw.numbers(numbers);
        let at = At { name, penalty, dims: &dims };
        at.value(&weight, laws);
        if is_smooth(&weight, &dims) {
            smooth += 1;
            at.gradient(&weight);
        }
        if penalty.is_proximal() {
            let sizes: Vec<f64> = draw.numbers(numbers).iter().map(|size| 0.05 + size.abs()).collect();
            at.prox(&weight, &sizes, &mut draw);
            at.agreement(&weight);
            if laws.convex {
                at.contraction(&weight, &draw.numbers(numbers), &sizes);
            }
        } else {
            let none = penalty.prox(at.view(&weight, DType::F32), &StepSize::Same(0.5));
            assert!(none.is_none(), "{name}: a proximal step of a penalty that has none");
        }
    }
    assert!(smooth >= shapes / 2, "{name}: only {smooth} of {shapes} weights are away from its corners");
}

/// Numbers that a seed gives, one after another.
struct Draw(Seed, u64);

impl Draw {
    fn uniform(&mut self) -> f64 {
        self.1 += 1;
        self.0.uniform(self.1)
    }

    fn numbers(&mut self, count: usize) -> Vec<f64> {
        (0..count).map(|_| 3.0 * self.uniform() - 1.5).collect()
    }

    fn size(&mut self, most: usize) -> usize {
        1 + (self.uniform() * most as f64) as usize
    }

    fn dims(&mut self, shape: u64) -> Vec<usize> {
        match shape % 4 {
            0 => vec![self.size(12)],
            1 | 2 => vec![self.size(6), self.size(6)],
            _ => vec![self.size(4), self.size(3), self.size(3), self.size(3)],
        }
    }
}

/// A penalty and the shape it is looked at with.
struct At<'a> {
    name: &'a str,
    penalty: &'a dyn Penalty,
    dims: &'a [usize],
}

fn numbers(tensor: Tensor<1>) -> Vec<f64> {
    tensor.into_data().iter::<f64>().collect()
}

fn tensor(values: &[f64], dtype: DType) -> Tensor<1> {
    let data = TensorData::new(values.to_vec(), [values.len()]).convert_dtype(dtype);
    Tensor::from_data(data, (&device(), dtype))
}

/// The most exact type of the device under test, and what differences of large sums may be off in it.
fn best() -> (DType, f64) {
    if computes_in(DType::F64) { (DType::F64, 1e-9) } else { (DType::F32, 2e-4) }
}

impl At<'_> {
    fn view(&self, weight: &[f64], dtype: DType) -> WeightView<'_> {
        WeightView { path: "layer.weight", dims: self.dims, flat: tensor(weight, dtype), start: None }
    }

    fn number(&self, weight: &[f64], dtype: DType) -> f64 {
        let value = self.penalty.value(self.view(weight, dtype));
        assert_eq!(
            (value.dims(), value.dtype()),
            ([1], dtype),
            "{}: one number of the weight's type",
            self.name
        );
        numbers(value)[0]
    }

    fn step(&self, weight: &[f64], size: &StepSize, dtype: DType) -> Vec<f64> {
        match self.penalty.prox(self.view(weight, dtype), size) {
            Some(stepped) => numbers(stepped),
            None => unreachable!("{}: is proximal, and gives no step", self.name),
        }
    }

    fn value(&self, weight: &[f64], laws: PenaltyLaws) {
        let (dtype, slack) = best();
        let found = self.number(weight, dtype);
        assert!(found.is_finite() && found >= 0.0, "{} of {weight:?} is {found}", self.name);
        let single = self.number(weight, DType::F32);
        let off = (single - found).abs() / found.abs().max(1.0);
        assert!(off < 1e-4, "{}, {:?}: {single} in f32, {found} in f64", self.name, self.dims);
        if laws.least_at_zero {
            let zero = self.number(&vec![0.0; weight.len()], dtype);
            assert!(zero == 0.0 && found >= zero, "{} of 0 is {zero}", self.name);
            let half: Vec<f64> = weight.iter().map(|w| w / 2.0).collect();
            let halved = self.number(&half, dtype);
            assert!(halved <= found + slack, "{} rises towards 0: {halved} after {found}", self.name);
        }
    }

    fn gradient(&self, weight: &[f64]) {
        let view = |flat| WeightView { path: "layer.weight", dims: self.dims, flat, start: None };
        gradient_check(|flat| self.penalty.value(view(flat)), weight, 1e-6);
        // Autodiff agrees with differences; what is in closed form has to agree with autodiff.
        for (dtype, tolerance) in [(DType::F64, 1e-10), (DType::F32, 1e-3)] {
            let closed = self.penalty.gradient(view(tensor(weight, dtype)));
            let (Some(closed), true) = (closed, computes_in(dtype)) else { continue };
            let leaf = tensor(weight, dtype).autodiff().require_grad();
            let gradients = self.penalty.value(view(leaf.clone())).backward();
            let expected = leaf.grad(&gradients).map(numbers).unwrap_or_default();
            for (i, (found, expected)) in numbers(closed).iter().zip(&expected).enumerate() {
                let off = (found - expected).abs() / expected.abs().max(1.0);
                assert!(
                    off < tolerance,
                    "{}, {:?}: gradient[{i}] is {found}, not {expected}",
                    self.name,
                    self.dims
                );
            }
        }
    }

    /// `Σ (u − w)²/(2 size) + R(u)`.
    fn objective(&self, moved: &[f64], weight: &[f64], sizes: &[f64], dtype: DType) -> f64 {
        let distance: f64 =
            moved.iter().zip(weight).zip(sizes).map(|((u, w), size)| (u - w).powi(2) / (2.0 * size)).sum();
        distance + self.number(moved, dtype)
    }

    fn prox(&self, weight: &[f64], sizes: &[f64], draw: &mut Draw) {
        let (dtype, slack) = best();
        let same = vec![0.4; weight.len()];
        let cases = [(StepSize::Same(0.4), &same[..]), (StepSize::Each(tensor(sizes, dtype)), sizes)];
        for (size, sizes) in cases {
            let found = self.step(weight, &size, dtype);
            let least = self.objective(&found, weight, sizes, dtype);
            let mut nearby = vec![weight.to_vec(), vec![0.0; weight.len()]];
            for distance in few(&[1e-1, 1e-2, 1e-3]) {
                for _ in 0..4 {
                    nearby.push(found.iter().map(|u| u + distance * (2.0 * draw.uniform() - 1.0)).collect());
                }
            }
            for point in nearby {
                let other = self.objective(&point, weight, sizes, dtype);
                assert!(
                    least <= other + slack * other.abs().max(1.0),
                    "{}, {:?}: the step ends at {least}, and {other} is lower",
                    self.name,
                    self.dims
                );
            }
        }
    }

    fn agreement(&self, weight: &[f64]) {
        let (dtype, slack) = best();
        let same = self.step(weight, &StepSize::Same(0.3), dtype);
        let each = self.step(weight, &StepSize::Each(tensor(&vec![0.3; weight.len()], dtype)), dtype);
        for (same, each) in same.iter().zip(&each) {
            assert!((same - each).abs() <= slack, "{}: {same} with one size, {each} with many", self.name);
            assert!((*same == 0.0) == (*each == 0.0), "{}: exact zeros differ", self.name);
        }
        let none = self.step(weight, &StepSize::Same(0.0), dtype);
        let start = numbers(tensor(weight, dtype));
        assert!(none == start, "{}: a step of no length moves {start:?} to {none:?}", self.name);
    }

    fn contraction(&self, weight: &[f64], other: &[f64], sizes: &[f64]) {
        let (dtype, slack) = best();
        let size = StepSize::Each(tensor(sizes, dtype));
        let (a, b) = (self.step(weight, &size, dtype), self.step(other, &size, dtype));
        let distance = |a: &[f64], b: &[f64]| -> f64 {
            a.iter().zip(b).zip(sizes).map(|((a, b), size)| (a - b).powi(2) / size).sum()
        };
        let (before, after) = (distance(weight, other), distance(&a, &b));
        assert!(after <= before + slack * before.max(1.0), "{}: {after} apart after {before}", self.name);
        let zero = self.step(&vec![0.0; weight.len()], &size, dtype);
        assert!(zero.iter().all(|u| *u == 0.0), "{}: 0 moves to {zero:?}", self.name);
    }
}
