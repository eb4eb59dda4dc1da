//! Parameters by path: what is listed, and what an update touches.

use burn::module::Module;
use burn::nn::{BatchNorm, BatchNormConfig, LayerNorm, LayerNormConfig, Linear, LinearConfig};
use burn::tensor::{Device, Tensor};
use kiln_core::{ParamKind, Weights, params};
use kiln_testkit::device;

#[derive(Module, Debug)]
enum Either {
    Linear(Linear),
    Norm(LayerNorm),
}

#[derive(Module, Debug)]
struct Net {
    first: Linear,
    batch: BatchNorm,
    rest: Vec<Either>,
}

fn net(device: &Device) -> Net {
    Net {
        first: LinearConfig::new(2, 3).init(device),
        batch: BatchNormConfig::new(3).init(device),
        rest: vec![
            Either::Norm(LayerNormConfig::new(3).init(device)),
            Either::Linear(LinearConfig::new(3, 1).init(device)),
        ],
    }
}

/// Path, kind and shape of every parameter, in order.
const EXPECTED: [(&str, ParamKind, &[usize]); 10] = [
    ("first.weight", ParamKind::Weight, &[2, 3]),
    ("first.bias", ParamKind::Bias, &[3]),
    ("batch.gamma", ParamKind::Norm, &[3]),
    ("batch.beta", ParamKind::Norm, &[3]),
    ("batch.running_mean", ParamKind::Running, &[3]),
    ("batch.running_var", ParamKind::Running, &[3]),
    ("rest.0.gamma", ParamKind::Norm, &[3]),
    ("rest.0.beta", ParamKind::Norm, &[3]),
    ("rest.1.weight", ParamKind::Weight, &[3, 1]),
    ("rest.1.bias", ParamKind::Bias, &[1]),
];

#[test]
fn paths_kinds_and_shapes() {
    for device in [device(), device().autodiff()] {
        let infos = params::list(&net(&device));
        assert_eq!(infos.len(), EXPECTED.len());
        for (info, (path, kind, dims)) in infos.iter().zip(EXPECTED) {
            assert_eq!((info.path.as_str(), info.kind, &info.dims[..]), (path, kind, dims));
            let trainable = device.is_autodiff() && kind != ParamKind::Running;
            assert_eq!(info.trainable, trainable, "{path} on {device:?}");
        }
    }
}

#[test]
fn values_come_flat_and_in_the_order_of_the_list() {
    let device = device();
    let net = net(&device);
    let infos = params::list(&net);
    let mut seen = 0;
    params::for_each(&net, |info, flat| {
        assert_eq!(info.path, infos[seen].path);
        assert_eq!(info.id, infos[seen].id);
        assert_eq!(flat.dims()[0], info.dims.iter().product::<usize>());
        seen += 1;
    });
    assert_eq!(seen, infos.len());
}

#[test]
fn an_update_reaches_what_is_trainable_and_nothing_else() {
    let mut net = net(&device().autodiff());
    net.first.bias = net.first.bias.map(|bias| bias.map(|bias| bias.set_require_grad(false)));
    let before = Weights::of(&net);
    let mut updated = Vec::new();
    let net = params::update(net, |info, flat| {
        assert!(!flat.is_autodiff(), "{}", info.path);
        updated.push(info.path.clone());
        flat + 1.0
    });
    let expected =
        EXPECTED.into_iter().filter(|(path, kind, _)| *kind != ParamKind::Running && *path != "first.bias");
    assert_eq!(updated, expected.map(|(path, ..)| path).collect::<Vec<_>>());
    let after = Weights::of(&net);
    for (path, old) in before.iter() {
        let step = if updated.iter().any(|name| name == path) { 1.0 } else { 0.0 };
        let new = after.get(path).unwrap();
        assert_eq!(new.shape(), old.shape());
        for (old, new) in old.iter::<f32>().zip(new.iter::<f32>()) {
            assert_eq!(new, old + step, "{path}");
        }
    }
}

#[test]
fn without_autodiff_an_update_does_nothing() {
    let plain = net(&device());
    let before = Weights::of(&plain).blake3();
    let after = params::update(plain, |_, flat| flat + 1.0);
    assert_eq!(Weights::of(&after).blake3(), before);
    // The module is still one that can be trained.
    let trainable = params::list(&after.train()).into_iter().filter(|info| info.trainable);
    assert_eq!(trainable.count(), 8);
}

#[test]
fn an_updated_module_keeps_its_ids_and_trains_on() {
    let device = device().autodiff();
    let net = net(&device);
    let before = params::list(&net);
    let net = params::update(net, |_, flat| flat * 0.5);
    let after = params::list(&net);
    for (before, after) in before.iter().zip(&after) {
        assert_eq!((before.id, before.trainable), (after.id, after.trainable), "{}", before.path);
    }
    let outputs = net.first.forward(Tensor::<2>::ones([4, 2], &device));
    let gradients = outputs.sum().backward();
    // Every weight of the first layer sees four ones.
    let gradient = net.first.weight.val().grad(&gradients).unwrap().into_data();
    assert_eq!(gradient.iter::<f32>().collect::<Vec<_>>(), [4.0; 6]);
}
