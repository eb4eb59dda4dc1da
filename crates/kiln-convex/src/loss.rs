//! Losses of the outputs, summed over the rows.

use crate::ConvexError;

/// The targets, and with them the loss.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Loss {
    /// `½ (y − z)²`, summed over the outputs; `y` is `[rows, outputs]` in row-major order.
    Squared {
        /// The targets.
        y: Vec<f64>,
        /// Numbers in a row of `y`.
        outputs: usize,
    },
    /// Binary cross-entropy of one logit; a target is a probability in `[0, 1]`, usually 0 or 1.
    Binary {
        /// The targets, `[rows]`.
        y: Vec<f64>,
    },
    /// Cross-entropy of a softmax over `classes` logits.
    Softmax {
        /// The class of each row, below `classes`.
        y: Vec<usize>,
        /// Number of classes, at least 2.
        classes: usize,
    },
}

impl Loss {
    /// Number of outputs of the model.
    pub fn outputs(&self) -> usize {
        match self {
            Self::Squared { outputs, .. } => *outputs,
            Self::Binary { .. } => 1,
            Self::Softmax { classes, .. } => *classes,
        }
    }

    pub(crate) fn check(&self, rows: usize) -> Result<(), ConvexError> {
        let length = |found, expected| {
            if found == expected {
                Ok(())
            } else {
                Err(ConvexError::Length { what: "the target", found, expected })
            }
        };
        let bad = |row, value, expected: &str| {
            Err(ConvexError::Target { row, value, expected: expected.to_owned() })
        };
        match self {
            Self::Squared { y, outputs } => {
                if *outputs == 0 {
                    return Err(ConvexError::Empty { what: "outputs" });
                }
                length(y.len(), rows * outputs)?;
                match y.iter().position(|y| !y.is_finite()) {
                    Some(at) => {
                        Err(ConvexError::NotFinite { what: "a target", row: at / outputs, value: y[at] })
                    }
                    None => Ok(()),
                }
            }
            Self::Binary { y } => {
                length(y.len(), rows)?;
                match y.iter().position(|y| !(0.0..=1.0).contains(y)) {
                    Some(row) => bad(row, y[row], "from 0 to 1"),
                    None => Ok(()),
                }
            }
            Self::Softmax { y, classes } => {
                if *classes < 2 {
                    return Err(ConvexError::Empty { what: "classes beside the first" });
                }
                length(y.len(), rows)?;
                match y.iter().position(|y| y >= classes) {
                    Some(row) => bad(row, y[row] as f64, &format!("a class below {classes}")),
                    None => Ok(()),
                }
            }
        }
    }

    /// The largest second derivative in the outputs of one row, in any direction.
    pub(crate) fn curvature(&self) -> f64 {
        match self {
            Self::Squared { .. } => 1.0,
            Self::Binary { .. } => 0.25,
            // A softmax's p eᵀ − p pᵀ: at most ½ (Böhning 1992).
            Self::Softmax { .. } => 0.5,
        }
    }

    /// The sum over the rows of the loss of `z` (`[outputs][rows]`), which becomes the gradient in `z`.
    pub(crate) fn value_and_gradient(&self, z: &mut [f64], rows: usize) -> f64 {
        match self {
            Self::Squared { y, outputs } => {
                let mut sum = 0.0;
                for (k, z) in z.chunks_exact_mut(rows).enumerate() {
                    for (z, y) in z.iter_mut().zip(y.iter().skip(k).step_by(*outputs)) {
                        *z -= y;
                        sum += *z * *z;
                    }
                }
                sum / 2.0
            }
            Self::Binary { y } => {
                let mut sum = 0.0;
                for (z, y) in z.iter_mut().zip(y) {
                    // log(1 + e^z) − y z, without overflow.
                    sum += z.max(0.0) + (-z.abs()).exp().ln_1p() - y * *z;
                    *z = sigmoid(*z) - y;
                }
                sum
            }
            Self::Softmax { y, classes } => {
                let mut sum = 0.0;
                let mut row = vec![0.0; *classes];
                for (i, &class) in y.iter().enumerate() {
                    let mut largest = f64::NEG_INFINITY;
                    for (k, value) in row.iter_mut().enumerate() {
                        *value = z[k * rows + i];
                        largest = largest.max(*value);
                    }
                    let own = row[class] - largest;
                    let mut total = 0.0;
                    for value in &mut row {
                        *value = (*value - largest).exp();
                        total += *value;
                    }
                    sum += total.ln() - own;
                    for (k, value) in row.iter().enumerate() {
                        z[k * rows + i] = value / total - if k == class { 1.0 } else { 0.0 };
                    }
                }
                sum
            }
        }
    }

    /// The probability that a row's target has for output `k`; 0 for numbers, which have none.
    pub(crate) fn target(&self, row: usize, k: usize) -> f64 {
        match self {
            Self::Squared { .. } => 0.0,
            Self::Binary { y } => y[row],
            Self::Softmax { y, .. } => f64::from(u8::from(y[row] == k)),
        }
    }
}

fn sigmoid(z: f64) -> f64 {
    if z >= 0.0 {
        1.0 / (1.0 + (-z).exp())
    } else {
        let e = z.exp();
        e / (1.0 + e)
    }
}
