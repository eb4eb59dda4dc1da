//! How an optimiser moves the weights, as formulas.

use kiln_optim::{
    AdamaxConfig, AdanConfig, AdjustLr, AsgdConfig, LambConfig, MuonConfig, NadamConfig, OptimConfig,
    OptimizerConfig, RmspropConfig, SgdConfig,
};

/// The lines of an optimiser with all that is around it: θ the weights, g the gradient, t the number of the update.
pub(crate) fn lines(config: &OptimizerConfig) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(sam) = &config.sam {
        lines.push(match sam.adaptive {
            false => format!("g is taken at θ + {:?}·g/‖g‖", sam.rho),
            true => format!("g is taken at θ + {:?}·θ²·g/‖|θ|·g‖", sam.rho),
        });
    }
    lines.extend(rule(&config.rule));
    if let Some(lookahead) = &config.lookahead {
        lines.push(format!(
            "every {} updates: slow ← slow + {:?}·(θ − slow);  θ ← slow",
            lookahead.k, lookahead.alpha
        ));
    }
    if let Some(decay) = config.layer_decay {
        lines.push(format!("lr of the layer n layers before the last: lr·{decay:?}ⁿ"));
    }
    for group in &config.group {
        let decay = group.weight_decay.map(|decay| format!(", weight decay {decay:?}")).unwrap_or_default();
        lines.push(format!("lr of {}: lr·{:?}{decay}", group.params, group.lr_factor));
    }
    lines
}

fn rule(config: &OptimConfig) -> Vec<String> {
    let decay = config.weight_decay();
    match config {
        OptimConfig::Sgd(sgd) => sgd_lines(sgd),
        OptimConfig::Asgd(asgd) => asgd_lines(asgd),
        OptimConfig::Adam(adam) => adam_lines(coupled(decay), adam.betas, adam.amsgrad, adam.eps),
        OptimConfig::Adamw(adam) => adam_lines(decoupled(decay), adam.betas, adam.amsgrad, adam.eps),
        OptimConfig::Nadam(nadam) => nadam_lines(nadam),
        OptimConfig::Radam(radam) => {
            let mut lines = either(decay, radam.decoupled);
            lines.push(moments(radam.betas));
            lines.push(format!(
                "θ ← θ − lr·m̂ while fewer than about 5 squares count, then θ ← θ − lr·r·m̂/(√v̂ + {:?})",
                radam.eps
            ));
            lines
        }
        OptimConfig::Adamax(adamax) => adamax_lines(adamax),
        OptimConfig::Rmsprop(rmsprop) => rmsprop_lines(rmsprop),
        OptimConfig::Adagrad(adagrad) => {
            let mut lines = coupled(decay);
            lines.push(format!("s ← s + g² (s starts from {:?})", adagrad.initial_accumulator_value));
            lines.push(format!("θ ← θ − lr/(1 + (t − 1)·{:?})·g/(√s + {:?})", adagrad.lr_decay, adagrad.eps));
            lines
        }
        OptimConfig::Adadelta(adadelta) => {
            let (rho, eps) = (adadelta.rho, adadelta.eps);
            let mut lines = coupled(decay);
            lines.push(format!("v ← {rho}·v + (1 − {rho})·g²;  δ = √(a + {eps:?})/√(v + {eps:?})·g"));
            lines.push(format!("a ← {rho}·a + (1 − {rho})·δ²;  θ ← θ − lr·δ"));
            lines
        }
        OptimConfig::Adafactor(adafactor) => {
            let mut lines = decoupled(decay);
            lines.push(format!(
                "β = 1 − t^{:?};  R, C ← mean g² of rows and of columns with β;  v = R·C/mean(R);  u = g/√v",
                adafactor.beta2_decay
            ));
            lines.push(format!(
                "θ ← θ − max({:?}, rms(θ))·min(lr, 1/√t)·u/max(1, rms(u)/{:?})",
                adafactor.eps2, adafactor.d
            ));
            lines
        }
        OptimConfig::Lamb(lamb) => lamb_lines(lamb),
        OptimConfig::Lion(lion) => {
            let [beta1, beta2] = lion.betas;
            let mut lines = decoupled(decay);
            lines.push(format!("θ ← θ − lr·sign({beta1}·m + (1 − {beta1})·g)"));
            lines.push(format!("m ← {beta2}·m + (1 − {beta2})·g"));
            lines
        }
        OptimConfig::Adan(adan) => adan_lines(adan),
        OptimConfig::Muon(muon) => muon_lines(muon),
        OptimConfig::ScheduleFreeSgd(sgd) => {
            let mut lines = decayed_at_y("u = g", decay);
            lines.extend(averages(sgd.momentum, sgd.r, sgd.weight_lr_power));
            lines
        }
        OptimConfig::ScheduleFreeAdamw(adamw) => {
            let [beta, beta2] = adamw.betas;
            let mut lines = vec![format!("v ← {beta2}·v + (1 − {beta2})·g²;  v̂ = v/(1 − {beta2}ᵗ)")];
            lines.extend(decayed_at_y(&format!("u = g/(√v̂ + {:?})", adamw.eps), decay));
            lines.extend(averages(beta, adamw.r, adamw.weight_lr_power));
            lines
        }
    }
}

fn coupled(decay: f64) -> Vec<String> {
    if decay == 0.0 { Vec::new() } else { vec![format!("g ← g + {decay:?}·θ")] }
}

fn decoupled(decay: f64) -> Vec<String> {
    if decay == 0.0 { Vec::new() } else { vec![format!("θ ← θ − lr·{decay:?}·θ")] }
}

fn either(decay: f64, is_decoupled: bool) -> Vec<String> {
    if is_decoupled { decoupled(decay) } else { coupled(decay) }
}

fn sgd_lines(sgd: &SgdConfig) -> Vec<String> {
    let mut lines = either(sgd.weight_decay, sgd.decoupled);
    if sgd.momentum == 0.0 {
        lines.push("θ ← θ − lr·g".to_owned());
        return lines;
    }
    lines.push(format!("b ← {}·b + {}·g (b = g in the first step)", sgd.momentum, 1.0 - sgd.dampening));
    lines.push(match sgd.nesterov {
        true => format!("θ ← θ − lr·(g + {}·b)", sgd.momentum),
        false => "θ ← θ − lr·b".to_owned(),
    });
    lines
}

fn asgd_lines(asgd: &AsgdConfig) -> Vec<String> {
    let mut lines = coupled(asgd.weight_decay);
    lines.push(format!(
        "η = lr/(1 + {0:?}·lr·(t − 1))^{1:?};  θ ← (1 − {0:?}·η)·θ − η·g",
        asgd.lambd, asgd.alpha
    ));
    lines.push(format!("a ← a + (θ − a)/max(1, t − 1 − {:?});  a is what counts", asgd.t0));
    lines
}

fn moments([beta1, beta2]: [f64; 2]) -> String {
    format!(
        "m ← {beta1}·m + (1 − {beta1})·g;  v ← {beta2}·v + (1 − {beta2})·g²;  m̂ = m/(1 − {beta1}ᵗ);  \
         v̂ = v/(1 − {beta2}ᵗ)"
    )
}

fn adam_lines(mut lines: Vec<String>, betas: [f64; 2], amsgrad: bool, eps: f64) -> Vec<String> {
    lines.push(moments(betas));
    if amsgrad {
        lines.push("v is the largest so far".to_owned());
    }
    lines.push(format!("θ ← θ − lr·m̂/(√v̂ + {eps:?})"));
    lines
}

fn nadam_lines(nadam: &NadamConfig) -> Vec<String> {
    let mut lines = either(nadam.weight_decay, nadam.decoupled);
    lines.push(moments(nadam.betas));
    lines.push(format!("μₜ = {}·(1 − ½·0.96^({:?}·t));  Πₜ = μ₁⋯μₜ", nadam.betas[0], nadam.momentum_decay));
    lines.push(format!("θ ← θ − lr·((1 − μₜ)/(1 − Πₜ)·g + μₜ₊₁/(1 − Πₜ₊₁)·m)/(√v̂ + {:?})", nadam.eps));
    lines
}

fn adamax_lines(adamax: &AdamaxConfig) -> Vec<String> {
    let [beta1, beta2] = adamax.betas;
    let mut lines = coupled(adamax.weight_decay);
    lines.push(format!("m ← {beta1}·m + (1 − {beta1})·g;  u ← max({beta2}·u, |g| + {:?})", adamax.eps));
    lines.push(format!("θ ← θ − lr·m/(1 − {beta1}ᵗ)/u"));
    lines
}

fn rmsprop_lines(rmsprop: &RmspropConfig) -> Vec<String> {
    let mut lines = coupled(rmsprop.weight_decay);
    let alpha = rmsprop.alpha;
    lines.push(format!("v ← {alpha}·v + (1 − {alpha})·g²"));
    let root = if rmsprop.centered {
        lines.push(format!("a ← {alpha}·a + (1 − {alpha})·g"));
        format!("(√(v − a²) + {:?})", rmsprop.eps)
    } else {
        format!("(√v + {:?})", rmsprop.eps)
    };
    if rmsprop.momentum == 0.0 {
        lines.push(format!("θ ← θ − lr·g/{root}"));
    } else {
        lines.push(format!("b ← {}·b + g/{root}", rmsprop.momentum));
        lines.push("θ ← θ − lr·b".to_owned());
    }
    lines
}

fn lamb_lines(lamb: &LambConfig) -> Vec<String> {
    let decay =
        if lamb.weight_decay == 0.0 { String::new() } else { format!(" + {:?}·θ", lamb.weight_decay) };
    let ratio = match (lamb.weight_decay != 0.0 || lamb.always_adapt, lamb.trust_clip) {
        (false, _) => "",
        (true, false) => "·‖θ‖/‖u‖",
        (true, true) => "·min(1, ‖θ‖/‖u‖)",
    };
    vec![
        moments(lamb.betas),
        format!("u = m̂/(√v̂ + {:?}){decay}", lamb.eps),
        format!("θ ← θ − lr{ratio}·u, for each parameter"),
    ]
}

fn adan_lines(adan: &AdanConfig) -> Vec<String> {
    let [beta1, beta2, beta3] = adan.betas;
    let mut lines = if adan.no_prox { decoupled(adan.weight_decay) } else { Vec::new() };
    lines.push(format!(
        "d = g − g before;  m ← {beta1}·m + (1 − {beta1})·g;  e ← {beta2}·e + (1 − {beta2})·d;  \
         n ← {beta3}·n + (1 − {beta3})·(g + {beta2}·d)²"
    ));
    lines.push(format!("θ ← θ − lr·(m̂ + {beta2}·ê)/(√n̂ + {:?})", adan.eps));
    if !adan.no_prox && adan.weight_decay != 0.0 {
        lines.push(format!("θ ← θ/(1 + lr·{:?})", adan.weight_decay));
    }
    lines
}

fn muon_lines(muon: &MuonConfig) -> Vec<String> {
    let mut lines = decoupled(muon.weight_decay);
    let momentum = muon.momentum;
    let direction =
        if muon.nesterov { format!("d = (1 − {momentum})·g + {momentum}·b") } else { "d = b".to_owned() };
    lines.push(format!("matrices: b ← {momentum}·b + (1 − {momentum})·g;  {direction}"));
    let factor = match muon.adjust_lr_fn {
        AdjustLr::Original => "√max(1, outputs/inputs)",
        AdjustLr::MatchRmsAdamw => "0.2·√max(outputs, inputs)",
        AdjustLr::SpectralUnclamped => "√(outputs/inputs)",
    };
    lines.push(format!("θ ← θ − lr·{factor}·orthogonal(d), by {} Newton–Schulz iterations", muon.ns_steps));
    lines.push(format!("all else: AdamW with lr {:?} before the schedule", muon.adamw_lr.unwrap_or(muon.lr)));
    lines
}

fn decayed_at_y(update: &str, decay: f64) -> Vec<String> {
    let decay = if decay == 0.0 { String::new() } else { format!(" + {decay:?}·θ") };
    vec![format!("{update}{decay};  z ← z − lr·u")]
}

fn averages(beta: f64, r: f64, power: f64) -> [String; 2] {
    let weight = if r == 0.0 { String::new() } else { format!("t^{r:?}·") };
    [
        format!(
            "x ← x + c·(z − x), c the share of this update's {weight}lr^{power:?} in their sum (lr the largest so \
             far);  x is what counts"
        ),
        format!("θ = {beta}·x + (1 − {beta})·z, where the gradient is taken"),
    ]
}
