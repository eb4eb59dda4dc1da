//! The nearest matrix with orthogonal rows or columns, roughly.

use burn::tensor::Tensor;

/// A polynomial `a x + b x³ + c x⁵` of the singular values, applied several times.
#[derive(Debug)]
pub(crate) struct NewtonSchulz {
    pub(crate) coefficients: [f64; 3],
    pub(crate) steps: usize,
    /// The smallest norm that a matrix is divided by.
    pub(crate) eps: f64,
}

impl NewtonSchulz {
    /// The matrix with all singular values near 1: with PyTorch's coefficients between about 0.7 and 1.2.
    ///
    /// `x` is divided by its Frobenius norm, then `steps` times `x ← a x + (b x xᵀ + c (x xᵀ)²) x`. It is computed in
    /// the precision of `x`, where PyTorch always takes bfloat16.
    pub(crate) fn orthogonal(&self, x: Tensor<2>) -> Tensor<2> {
        let [rows, columns] = x.dims();
        let [a, b, c] = self.coefficients;
        let norm = x.clone().square().sum().sqrt().clamp_min(self.eps);
        let x = x.div(norm.reshape([1, 1]));
        // The product of the smaller side with itself is the smaller one.
        let mut x = if rows > columns { x.transpose() } else { x };
        for _ in 0..self.steps {
            let gram = x.clone().matmul(x.clone().transpose());
            let square = gram.clone().matmul(gram.clone());
            let polynomial = gram.mul_scalar(b).add(square.mul_scalar(c));
            x = x.clone().mul_scalar(a).add(polynomial.matmul(x));
        }
        if rows > columns { x.transpose() } else { x }
    }
}
