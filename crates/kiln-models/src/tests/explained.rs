//! Explanations of a transformer against captum's: see `tests/golden/explained_vit.py`.

use burn::module::Module;
use burn::tensor::{DType, Tensor, TensorData};
use kiln_data::Inputs;
use kiln_explain::{IntegratedGradients, Occlusion, attention_rollout, gradient, input_x_gradient};
use kiln_testkit::{computes_in, golden};

use super::published::{Case, Wide, drawn};
use crate::Tap;

const TARGET: [usize; 1] = [2];

/// Keeps the weights of attention.
#[derive(Default)]
struct Attention(Vec<(String, Tensor<4>)>);

impl Tap for Attention {
    fn attention(&mut self, path: &str, weights: Tensor<4>) {
        self.0.push((path.to_owned(), weights));
    }

    fn wants_attention(&self) -> bool {
        true
    }
}

#[test]
fn a_transformer_is_explained_as_by_captum() {
    if !computes_in(DType::F64) {
        return;
    }
    let (case, file) = (Case::new("vit-tiny"), golden("explained_vit-tiny"));
    let network = case.loaded().map(&mut Wide);
    let images = case.images(&network, DType::F64).into_images().unwrap().narrow(0, 0, 1);
    let model = |images: Tensor<4>| network.forward(Inputs::Images(images), None);
    // Relative to the largest attribution: kept in f32.
    let is = |name: &str, found: TensorData| {
        let wanted = file.get(name).unwrap();
        assert_eq!(found.shape().to_vec(), wanted.shape().to_vec(), "{name}");
        let most = wanted.iter::<f64>().fold(0.0, |most: f64, x| most.max(x.abs()));
        let apart = found.iter::<f64>().zip(wanted.iter::<f64>()).map(|(a, b)| (a - b).abs());
        let apart = apart.fold(0.0, f64::max) / most;
        assert!(apart < 1e-6, "{name}: {apart:e}");
    };
    is("gradient", gradient(model, images.clone(), &TARGET).into_data());
    is("input_x_gradient", input_x_gradient(model, images.clone(), &TARGET).into_data());
    let integrated = IntegratedGradients::default().steps(8);
    let baseline = images.zeros_like();
    is(
        "integrated_gradients",
        integrated.explain(model, images.clone(), baseline, &TARGET).values.into_data(),
    );
    let occlusion = Occlusion::new(&[3, 16, 16]).stride(&[3, 8, 8]);
    is("occlusion", occlusion.explain(model, images.clone(), &TARGET).into_data());
    let size = images.shape().num_elements();
    let noise: Vec<f64> = drawn(1002, 2 * size).map(|u| f64::from((u * 0.2 - 0.1) as f32)).collect();
    let smooth = noise.chunks(size).map(|noise| {
        let noise = TensorData::new(noise.to_vec(), images.dims());
        let noise = Tensor::<4>::from_data(noise, (&images.device(), DType::F64));
        gradient(model, images.clone() + noise, &TARGET)
    });
    let smooth = smooth.reduce(|a, b| a + b).unwrap().div_scalar(2.0);
    is("smooth_grad", smooth.into_data());
    let mut seen = Attention::default();
    let tapped = network.forward_tapped(Inputs::Images(images.clone()), None, &mut seen);
    // Who looks changes nothing.
    assert_eq!(tapped.into_data(), model(images).into_data());
    assert_eq!((seen.0.len(), seen.0[11].0.as_str()), (12, "blocks.11.attn"));
    let weights = seen.0.into_iter().map(|(_, weights)| weights.inner()).collect();
    is("rollout", attention_rollout(weights).unwrap().into_data());
}
