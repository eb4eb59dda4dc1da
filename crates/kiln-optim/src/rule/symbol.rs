//! A formula, written down: what a GPU compiles a kernel from.

use std::cell::RefCell;
use std::ops::{Add, Div, Mul, Sub};
use std::rc::Rc;

use kiln_kernels::formula::{Op, Program};

use super::formula::{Formula, Value};

/// The program of a formula, and its constants, rounded to f32 once.
pub(super) fn record<const S: usize>(formula: impl Formula<S>) -> (Program, Vec<f32>) {
    let tape = Rc::new(RefCell::new(Tape { ops: Vec::new(), constants: Vec::new(), given: S + 2 }));
    let given = |place| Symbol { tape: tape.clone(), place };
    let (weight, kept) = formula.apply(given(0), given(1), std::array::from_fn(|slot| given(slot + 2)));
    let results = std::iter::once(&weight).chain(&kept).map(|symbol| symbol.place).collect();
    let tape = tape.borrow();
    (Program { ops: tape.ops.clone(), results }, tape.constants.clone())
}

/// What was done so far.
struct Tape {
    ops: Vec<Op>,
    constants: Vec<f32>,
    /// How many values are there before the first operation.
    given: usize,
}

/// A value, by its place in a program.
#[derive(Clone)]
struct Symbol {
    tape: Rc<RefCell<Tape>>,
    place: usize,
}

impl Symbol {
    fn then(&self, op: Op) -> Self {
        let mut tape = self.tape.borrow_mut();
        tape.ops.push(op);
        let place = tape.given + tape.ops.len() - 1;
        Self { tape: self.tape.clone(), place }
    }

    fn constant(&self, value: f64) -> Self {
        let place = {
            let mut tape = self.tape.borrow_mut();
            tape.constants.push(value as f32);
            tape.constants.len() - 1
        };
        self.then(Op::Constant(place))
    }
}

impl Add for Symbol {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        self.then(Op::Add(self.place, other.place))
    }
}

impl Sub for Symbol {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self.then(Op::Sub(self.place, other.place))
    }
}

impl Mul for Symbol {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        self.then(Op::Mul(self.place, other.place))
    }
}

impl Div for Symbol {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        self.then(Op::Div(self.place, other.place))
    }
}

impl Add<f64> for Symbol {
    type Output = Self;
    fn add(self, other: f64) -> Self {
        let other = self.constant(other);
        self + other
    }
}

impl Mul<f64> for Symbol {
    type Output = Self;
    fn mul(self, other: f64) -> Self {
        let other = self.constant(other);
        self * other
    }
}

impl Value for Symbol {
    fn root(self) -> Self {
        self.then(Op::Root(self.place))
    }

    fn magnitude(self) -> Self {
        self.then(Op::Abs(self.place))
    }

    fn recip(self) -> Self {
        self.then(Op::Recip(self.place))
    }

    fn larger(self, other: Self) -> Self {
        self.then(Op::Max(self.place, other.place))
    }

    fn signum(self) -> Self {
        self.then(Op::Sign(self.place))
    }

    fn toward_zero(self, by: f64) -> Self {
        let by = self.constant(by);
        self.toward_zero_by(by)
    }

    fn toward_zero_by(self, by: Self) -> Self {
        self.then(Op::TowardZero(self.place, by.place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `w − rate · (g + decay · w)`, and the magnitude of the gradient is kept.
    #[derive(Clone, Copy)]
    struct Plain;

    impl Formula<1> for Plain {
        fn apply<V: Value>(&self, weight: V, gradient: V, [_]: [V; 1]) -> (V, [V; 1]) {
            let gradient = gradient.decayed(&weight, 0.5);
            (weight - gradient.clone() * 0.1, [gradient.magnitude()])
        }
    }

    #[test]
    fn a_formula_is_written_down_in_the_order_of_its_operations() {
        let (program, constants) = record(Plain);
        assert_eq!(constants, [0.5, 0.1]);
        let ops = [
            Op::Constant(0),
            Op::Mul(0, 3),
            Op::Add(1, 4),
            Op::Constant(1),
            Op::Mul(5, 6),
            Op::Sub(0, 7),
            Op::Abs(5),
        ];
        assert_eq!(program, Program { ops: ops.to_vec(), results: vec![8, 9] });
    }
}
