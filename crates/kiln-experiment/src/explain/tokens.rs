//! Attributions to tokens, by their vectors.

use std::ops::Range;

use burn::tensor::Tensor;
use kiln_data::{Inputs, TokenBatch};
use kiln_explain::{Occlusion, of_tokens, token_ablation};
use kiln_models::Tap;

use super::attribute::{Found, Way, rows};
use super::method::Method;
use super::subject::Subject;
use crate::error::ExplainError;

/// Puts vectors in the place of those of tokens, or keeps those that there are.
#[derive(Debug, Default)]
struct Vectors {
    put: Option<Tensor<3>>,
    found: Option<(Tensor<3>, Vec<Range<usize>>)>,
}

impl Tap for Vectors {
    fn embedded(&mut self, _: &str, vectors: Tensor<3>, spans: &[Range<usize>]) -> Tensor<3> {
        match self.put.take() {
            Some(put) => put,
            None => {
                self.found = Some((vectors.clone(), spans.to_vec()));
                vectors
            }
        }
    }
}

impl Way<'_> {
    /// A number for each token of each item: of methods that attribute to numbers the sum over its vector, of gradients their length.
    pub(super) fn of_tokens(
        &self,
        subject: &Subject,
        batch: TokenBatch,
        targets: &[usize],
    ) -> Result<Found, ExplainError> {
        let method = self.settings.method;
        if matches!(method, Method::GradCam | Method::AttentionRollout) {
            return Err(ExplainError::NotImages { method: method.name() });
        }
        let lengths: Vec<usize> =
            batch.lengths.clone().into_data().iter::<i64>().map(|length| length.max(0) as usize).collect();
        let tokens = batch.ids.dims()[1];
        let inputs = || Inputs::Tokens(Box::new(batch.clone()));
        let mut seen = Vectors::default();
        subject.tapped(inputs(), &mut seen);
        let Some((vectors, spans)) = seen.found else { return Err(ExplainError::NoVectors) };
        let model = |vectors: Tensor<3>| {
            let mut put = Vectors { put: Some(vectors), found: None };
            subject.tapped(inputs(), &mut put)
        };
        if method == Method::Occlusion {
            let found = rows(token_ablation(model, vectors, &spans, tokens, targets));
            return Ok(Found { values: cut(found, &lengths), delta: None });
        }
        let (found, delta) = self.general(model, vectors, targets, &Occlusion::new(&[1, 1]));
        let of_rows: Tensor<2> = match method {
            Method::Gradient | Method::SmoothGrad => found.square().sum_dim(2).sqrt().squeeze_dim(2),
            _ => found.sum_dim(2).squeeze_dim(2),
        };
        let each = rows(of_rows).into_iter().map(|row| of_tokens(&row, &spans, tokens)).collect();
        Ok(Found { values: cut(each, &lengths), delta })
    }
}

/// Without padding.
fn cut(mut values: Vec<Vec<f32>>, lengths: &[usize]) -> Vec<Vec<f32>> {
    values.iter_mut().zip(lengths).for_each(|(row, length)| row.truncate(*length));
    values
}
