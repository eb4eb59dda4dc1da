//! The optimiser's state: out, in, and what is refused.

use burn::tensor::{DType, TensorData};
use kiln_core::{ErrorKind, Explain, Weights, params};
use kiln_optim::{AdamConfig, Gradients, OptimConfig, OptimError, Optimizer, SgdConfig};
use kiln_testkit::{device, few};

use crate::cases::whole_cases;
use crate::common::{Model, Problem, numbers};

fn run(problem: &Problem, optimizer: &mut Optimizer, mut model: Model, lr: f64, steps: usize) -> Model {
    for _ in 0..steps {
        let gradients = problem.gradients(&model);
        model = optimizer.step(model, gradients, lr, |_, weight, _| weight);
    }
    model
}

fn bits(model: &Model) -> Vec<u64> {
    let values = [numbers(model.weight.val()), numbers(model.bias.val())].concat();
    values.into_iter().map(f64::to_bits).collect()
}

#[test]
fn a_fresh_optimiser_with_the_state_goes_on_with_the_same_bits() {
    for (name, config) in few(&whole_cases()).to_vec() {
        let (problem, model) = Problem::new(DType::F32);
        let params = params::list(&model);
        let optimizer = || Optimizer::build(&config, &params).unwrap();
        let mut first = optimizer();
        let model = run(&problem, &mut first, model, config.lr(), 7);
        let bytes = first.checkpoint(&model).to_safetensors().unwrap();

        // The same weights in another model: other parameter identifiers, as after a restart. An optimiser that
        // averages finds the average in it.
        let fresh = |weights: &Weights| weights.apply(Problem::new(DType::F32).1).unwrap();
        let trained = Weights::of(&model);
        let counts = first.averaged(&model).map_or_else(|| trained.clone(), |model| Weights::of(&model));
        let straight = run(&problem, &mut first, model, config.lr(), 7);

        let mut second = optimizer();
        let state = Weights::from_safetensors(&bytes).unwrap();
        let model = fresh(&counts);
        second.load(&state, &params::list(&model), &device().autodiff()).unwrap();
        let model = second.restore(model);
        assert_eq!(second.updates(), 7);
        assert_eq!(second.checkpoint(&model).blake3(), state.blake3(), "{name}: state after loading");
        let resumed = run(&problem, &mut second, model, config.lr(), 7);
        assert_eq!(bits(&resumed), bits(&straight), "{name}");
        let (found, expected) = (second.checkpoint(&resumed), first.checkpoint(&straight));
        assert_eq!(found.blake3(), expected.blake3(), "{name}: state at the end");

        // Where there is state, starting without it must show.
        let forgot = run(&problem, &mut optimizer(), fresh(&trained), config.lr(), 7);
        let has_state = state.iter().any(|(name, _)| !name.starts_with("step/") && name != "updates");
        assert_eq!(bits(&forgot) != bits(&straight), has_state, "{name}");
    }
}

#[test]
fn a_state_from_before_the_first_step_can_be_loaded() {
    let config = OptimConfig::Adam(AdamConfig::default());
    let (_, model) = Problem::new(DType::F32);
    let state = Optimizer::new(&config).unwrap().state();
    assert_eq!(state.len(), 1);
    Optimizer::new(&config).unwrap().load(&state, &params::list(&model), &device()).unwrap();
}

#[test]
fn a_parameter_without_a_gradient_is_passed_over_and_keeps_its_own_count() {
    let config = OptimConfig::Adam(AdamConfig { lr: 0.05, ..Default::default() });
    let (problem, model) = Problem::new(DType::F32);
    let mut optimizer = Optimizer::new(&config).unwrap();
    let start = bits(&model);
    let model = optimizer.step(model, Gradients::default(), 0.05, |_, weight, _| weight);
    assert_eq!(bits(&model), start);
    let state = optimizer.state();
    let mut again = Optimizer::new(&config).unwrap();
    again.load(&state, &params::list(&model), &device()).unwrap();
    // The first update with a gradient is step 1 of its bias correction, whatever came before.
    let late = run(&problem, &mut again, model, 0.05, 1);
    let (problem, model) = Problem::new(DType::F32);
    let fresh = run(&problem, &mut Optimizer::new(&config).unwrap(), model, 0.05, 1);
    assert_eq!(bits(&late), bits(&fresh));
    assert_eq!(again.updates(), 2);
}

#[test]
fn a_state_that_does_not_fit_is_refused_and_changes_nothing() {
    let config = OptimConfig::Adam(AdamConfig::default());
    let (problem, model) = Problem::new(DType::F32);
    let mut optimizer = Optimizer::new(&config).unwrap();
    let model = run(&problem, &mut optimizer, model, 0.05, 3);
    let good = optimizer.state();
    let list = params::list(&model);
    let without = |missing: &str| {
        let mut state = Weights::default();
        for (name, data) in good.iter().filter(|(name, _)| *name != missing) {
            state.insert(name, data.clone());
        }
        state
    };
    let with = |name: &str, data: TensorData| {
        let mut state = good.clone();
        state.insert(name, data);
        state
    };
    let mut target = Optimizer::new(&config).unwrap();
    let mut refuse = |state: Weights| {
        let error = target.load(&state, &list, &device()).unwrap_err();
        assert_eq!(target.updates(), 0);
        assert_eq!((error.kind(), error.help().is_some()), (ErrorKind::Checkpoint, true));
        error
    };
    for (name, _) in good.iter() {
        assert_eq!(refuse(without(name)), OptimError::StateMissing { name: name.to_owned() });
    }
    let names = vec!["exp_avg/else".to_owned()];
    assert_eq!(refuse(with("exp_avg/else", TensorData::from([1f32]))), OptimError::StateUnknown { names });
    assert_eq!(
        refuse(with("exp_avg/bias", TensorData::from([1f32]))).to_string(),
        "\"exp_avg/bias\" of the saved optimiser state has shape [1], the model needs [3]"
    );
    let integers = refuse(with("exp_avg/bias", TensorData::from([1i64, 2, 3])));
    assert_eq!(
        integers.to_string(),
        "\"exp_avg/bias\" of the saved optimiser state has the data type I64, expected floats"
    );
    for bad in [TensorData::from([-1i64]), TensorData::from([1i64, 2]), TensorData::from([1f32])] {
        assert!(matches!(refuse(with("updates", bad.clone())), OptimError::StateType { .. }));
        assert!(matches!(refuse(with("step/weight", bad)), OptimError::StateType { .. }));
    }
    let mut sgd = Optimizer::new(&OptimConfig::Sgd(SgdConfig::default())).unwrap();
    assert!(matches!(sgd.load(&good, &list, &device()), Err(OptimError::StateUnknown { .. })));
}
