//! Configurations that are wrong: what is said, where, and what to do.

use std::fs;

use super::super::*;
use super::{GOOD, argument, check, complaint, fails, file, request};

#[test]
fn unknown_keys_and_sections() {
    file(
        "[train]\nepoch = 3\n",
        r#"my.toml:4: there is no setting "train.epoch" | did you mean "train.epochs"?"#,
    );
    file("[trian]\nepochs = 3\n", r#"my.toml:3: there is no section "trian" | did you mean "train"?"#);
    file(
        "[server]\nport = 3\n",
        "my.toml:3: there is no section \"server\" | the sections are data, corpus, augment, mix, model, loss, penalty, constraint, freeze, optim, \
         schedule, momentum_schedule, weight_decay_schedule, dropout_schedule, label_smoothing_schedule, gradient, average, train, early_stopping, checkpoint",
    );
    file(
        "[model]\nkind = \"cnn\"\nwidth = 3\n",
        r#"my.toml:5: there is no setting "model.width" | the kind is cnn; it is a setting of resnet, bag, text-cnn, transformer, gpt, lstm, gru, table-resnet, ft-transformer"#,
    );
    file(
        "[optim]\nkind = \"sgd\"\nlearning_rate = 3\n",
        r#"my.toml:5: there is no setting "optim.learning_rate" | `kiln config print` shows every setting"#,
    );
    file(
        "[[optim.group]]\nparams = \"biases\"\nlr_facto = 3\n",
        r#"my.toml:3: there is no setting "optim.group[0].lr_facto" | did you mean "optim.group[0].lr_factor"?"#,
    );
    file(
        "[optim.sam]\nrhoo = 3\n",
        r#"my.toml:4: there is no setting "optim.sam.rhoo" | did you mean "optim.sam.rho"?"#,
    );
    file("[optim]\nsam = 3\n", "my.toml:4: optim.sam is 3, it must be a section");
    file(
        "[optim]\ngroup = 3\n",
        "my.toml:4: optim.group is 3, it must be a list of groups, such as [{ params = \"biases\", weight_decay = 0.0 }]",
    );
    file(
        "[schedule]\nkind = \"cosine\"\ngamma = 0.5\n",
        "my.toml:5: there is no setting \"schedule.gamma\" | the kind is cosine; it is a setting of step, multi-step, \
         exponential, cosine-restarts, cyclic",
    );
    file(
        "[[penalty]]\nkind = \"l1\"\nstrenght = 0.5\n",
        r#"my.toml:5: there is no setting "penalty.0.strenght" | did you mean "penalty.0.strength"?"#,
    );
    file(
        "[model.hidden]\nfirst = 3\n",
        "my.toml:4: there is no setting \"model.hidden.first\" | `kiln config print` shows every setting",
    );
    argument("lr=0.1", r#"argument:1: there is no setting "lr" | did you mean "optim.lr"?"#);
    argument("sed=1", r#"argument:1: there is no setting "sed" | did you mean "seed"?"#);
}

#[test]
fn parts_of_a_schedule() {
    let sequence = |part: &str| {
        format!(
            "[schedule]\nkind = \"sequential\"\nparts = [{{ kind = \"constant\" }}, {part}]\nstarts = [2]\n"
        )
    };
    check(&format!("{GOOD}{}", sequence("{ kind = \"cosine\", end = 0.1 }")), &[]).unwrap();
    file(
        &sequence("{ kind = \"cosine\", ends = 0.1 }"),
        r#"my.toml:5: there is no setting "schedule.parts[1].ends" | did you mean "schedule.parts[1].end"?"#,
    );
    let missing = fails(&format!("{GOOD}{}", sequence("{ end = 0.1 }")), &[]);
    assert!(missing.starts_with("my.toml:5: schedule.parts[1].kind is missing"), "{missing}");
    file(
        &sequence("{ kind = \"exponential\", gamma = -1 }"),
        "my.toml:5: schedule.parts[1].gamma is -1, it must be greater than 0",
    );
    argument(
        "schedule.parts=[1]",
        "argument:1: there is no setting \"schedule.parts\" | the kind is constant; it is a setting of sequential, product",
    );
    let deep = "{ kind = \"product\", parts = [{ kind = \"linear\", stat = 1 }] }";
    file(
        &sequence(deep),
        "my.toml:5: there is no setting \"schedule.parts[1].parts[0].stat\" | did you mean \
         \"schedule.parts[1].parts[0].start\"?",
    );
}

#[test]
fn schedules_of_momentum_and_weight_decay() {
    let momentum = "[momentum_schedule]\nkind = \"linear\"\n";
    check(&format!("{GOOD}{momentum}"), &[]).unwrap();
    let nothing = fails(&format!("{GOOD}{momentum}"), &["optim.kind=sgd"]);
    assert!(
        nothing.contains("momentum_schedule has nothing to move: this optimiser has no momentum"),
        "{nothing}"
    );
    let decay = fails(&format!("{GOOD}[weight_decay_schedule]\nkind = \"cosine\"\n"), &[]);
    assert!(decay.contains("weight_decay_schedule has nothing to move"), "{decay}");
    file(
        &format!("{momentum}end = 2\n"),
        "my.toml:5: momentum_schedule.end is 2, it must be at least 0 and at most 1",
    );
    check(&format!("{GOOD}{momentum}"), &["momentum_schedule=false", "optim.kind=sgd"]).unwrap();
}

#[test]
fn wrong_types() {
    let whole = "my.toml:4: train.epochs is";
    file("[train]\nepochs = \"many\"\n", &format!(r#"{whole} "many", it must be a whole number"#));
    file("[train]\nepochs = 1.5\n", &format!("{whole} 1.5, it must be a whole number"));
    file("[train]\nepochs = nan\n", &format!("{whole} nan, it must be a whole number"));
    file("[train]\nepochs = -1\n", &format!("{whole} -1, it must be at least 0"));
    file("[train]\nepochs = [1]\n", &format!("{whole} [1], it must be a whole number"));
    file("[train]\nepochs = 2020-01-01\n", &format!("{whole} 2020-01-01, it must be a whole number"));
    file("[train]\nshuffle = 1\n", "my.toml:4: train.shuffle is 1, it must be true or false");
    file("[train]\nmonitor = 1\n", "my.toml:4: train.monitor is 1, it must be a text");
    file(
        "[model]\nhidden = [\"a\"]\n",
        r#"my.toml:4: model.hidden is ["a"], it must be a list of whole numbers, none negative"#,
    );
    file(
        "[model]\nhidden = [64, -1]\n",
        "my.toml:4: model.hidden is [64, -1], it must be a list of whole numbers, none negative",
    );
    file("[optim]\nlr = true\n", "my.toml:4: optim.lr is true, it must be a number");
    file("[optim]\nbetas = [0.9]\n", "my.toml:4: optim.betas is [0.9], it must be a list of 2 numbers");
    file(
        "[[penalty]]\nkind = \"l2\"\nstrength = 1\nparams = 3\n",
        "my.toml:6: penalty.0.params is 3, it must be weights, biases, norms, all, a list of paths or { regex = \"…\" }",
    );
    argument("train=3", "argument:1: train is 3, it must be a section");
    argument("early_stopping=3", "argument:1: early_stopping is 3, it must be a section");
    argument("penalty=3", "argument:1: penalty is 3, it must be a list of sections");
    argument("seed=-3", "argument:1: seed is -3, it must be at least 0");
    argument("data=[1]", "argument:1: data is [1], it must be a section");
}

#[test]
fn unknown_choices() {
    file(
        "[model]\nkind = \"mpl\"\n",
        r#"my.toml:4: model.kind is "mpl", it must be one of linear, mlp, tabm, cnn, resnet, sequential, resnet18, resnet34, resnet50, mobilenet-v3-small, mobilenet-v3-large, efficientnet-b0, convnext-tiny, vit-tiny, vit-small, bag, text-cnn, transformer, gpt, inception-time, tcn, lstm, gru, table-resnet, ft-transformer | did you mean "mlp"?"#,
    );
    file(
        "[model]\nactivation = \"relo\"\n",
        "my.toml:4: model.activation is \"relo\", it must be one of relu, leaky-relu, gelu, silu, selu, mish, tanh, sigmoid, \
         hard-swish, hard-sigmoid, identity | did you mean \"relu\"?",
    );
    file(
        "[optim]\nkind = 3\n",
        "my.toml:4: optim.kind is 3, it must be one of sgd, asgd, adam, adamw, nadam, radam, adamax, rmsprop, adagrad, adadelta, adafactor, lamb, lion, adan, muon, schedule-free-sgd, schedule-free-adamw",
    );
    file(
        "[loss]\nkind = \"crossentropy\"\n",
        "my.toml:4: loss.kind is \"crossentropy\", it must be one of cross-entropy, binary-cross-entropy, focal, hinge, \
         multi-margin, mse, mae, huber, log-cosh, quantile, poisson-nll, gaussian-nll | did you mean \"cross-entropy\"?",
    );
    argument(
        "optim.kind=admw",
        r#"argument:1: optim.kind is "admw", it must be one of sgd, asgd, adam, adamw, nadam, radam, adamax, rmsprop, adagrad, adadelta, adafactor, lamb, lion, adan, muon, schedule-free-sgd, schedule-free-adamw | did you mean "adamw"?"#,
    );
}

#[test]
fn numbers_out_of_their_ranges() {
    file("[train]\nepochs = 0\n", "my.toml:4: train.epochs is 0, it must be at least 1");
    file("[optim]\nlr = nan\n", "my.toml:4: optim.lr is NaN, it must be at least 0");
    file("[optim]\nlr = -0.1\n", "my.toml:4: optim.lr is -0.1, it must be at least 0");
    file("[optim]\nlr = inf\n", "my.toml:4: optim.lr is inf, it must be at least 0");
    file("[model]\ndropout = 1.0\n", "my.toml:4: model.dropout is 1, it must be at least 0 and less than 1");
    file("[model]\nhidden = [64, 0]\n", "my.toml:4: model.hidden[1] is 0, it must be at least 1");
    file("[train]\nclip_norm = 0\n", "my.toml:4: train.clip_norm is 0, it must be greater than 0");
    file(
        "[early_stopping]\npatience = 0\n",
        "my.toml:4: early_stopping.patience is 0, it must be at least 1",
    );
    argument("threads=0", "argument:1: threads is 0, it must be at least 1");
    argument("data.test=1.5", "argument:1: data.test is 1.5, it must be at least 0 and less than 1");
    argument(
        "data.validation=nan",
        "argument:1: data.validation is NaN, it must be at least 0 and less than 1",
    );
    assert_eq!(
        fails(GOOD, &["model.kind=cnn", "model.kernel=4"]),
        "argument:1: model.kernel is 4, it must be odd | use model.kernel = 5"
    );
}

#[test]
fn what_is_missing() {
    let help = "set data.source to one of the names that `kiln data list` shows";
    assert_eq!(fails("seed = 1\n", &[]), format!("data.source is missing | {help}"));
    assert_eq!(fails("[data]\n", &[]), format!("my.toml:1: data.source is missing | {help}"));
    file(
        "[schedule]\nkind = \"step\"\n",
        "my.toml:3: schedule.every is missing | set schedule.every to a number",
    );
    file(
        "[[penalty]]\nstrength = 1.0\n",
        "my.toml:3: penalty.0.kind is missing | the kinds are l1, cumulative-l1, l2, l2-sp, elastic-net, group-lasso, l21, orthogonal, spectral, activity, input-gradient, jacobian",
    );
    file(
        "[[penalty]]\nkind = \"l1\"\n",
        "my.toml:3: penalty.0.strength is missing | set penalty.0.strength to a number",
    );
    file(
        "[loss]\nlabel_smoothing = 0.1\n",
        "my.toml:3: loss.kind is missing | the kinds are cross-entropy, binary-cross-entropy, focal, hinge, \
         multi-margin, mse, mae, huber, log-cosh, quantile, poisson-nll, gaussian-nll",
    );
}

#[test]
fn penalties_are_a_list_without_gaps() {
    let remedy = "write [[penalty]] in a file and penalty.0.kind=l1 as an argument";
    file("[penalty]\nkind = \"l1\"\n", &format!("my.toml:4: penalty is a list of sections | {remedy}"));
    argument("penalty.kind=l1", &format!("argument:1: penalty is a list of sections | {remedy}"));
    argument(
        "penalty.1.kind=l1",
        "argument:1: there is no penalty.1, there are 0 | the next one is penalty.0",
    );
}

#[test]
fn what_is_not_toml() {
    let starts = |text: &str, expected: &str| {
        let complaint = fails(text, &[]);
        assert!(complaint.starts_with(expected), "{complaint}");
    };
    starts("[data]\nsource = \"iris\"\nsource = \"wine\"\n", "my.toml:3: duplicate key");
    starts("[data]\nsource = iris\n", "my.toml:2: ");
    starts("[data\nsource = \"iris\"\n", "my.toml:1: ");
    starts("seed = \n", "my.toml:1: ");
    starts("seed = 99999999999999999999\n", "my.toml:1: ");
    starts("just words\n", "my.toml:1: ");
    starts(&format!("seed = {}{}\n", "[".repeat(5000), "]".repeat(5000)), "my.toml:1: ");
}

#[test]
fn devices_that_there_are_not() {
    let help = "use flex, ndarray, wgpu, wgpu:N, wgpu:cpu, cuda:N, rocm:N, vulkan:N, metal:N or auto; \
                `kiln devices` shows what opens here";
    argument("device=tpu", &format!("argument:1: there is no device \"tpu\" | {help}"));
    let text = format!("device = \"wgpu:x\"\n{GOOD}");
    assert_eq!(fails(&text, &[]), format!("my.toml:1: there is no device \"wgpu:x\" | {help}"));
}

#[test]
fn files_that_are_no_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my.toml");
    let fails = |config: &std::path::Path| {
        let error = resolve(&request(config)).unwrap_err();
        complaint(&error)
    };
    let (code, text) = fails(folder.path());
    assert_eq!(code, 2);
    assert!(text.ends_with(
        "is a folder, not a configuration file | give the file in it; a run's is called run.toml"
    ));
    fs::write(&path, b"seed = 1\n\xff\xfe").unwrap();
    assert_eq!(fails(&path), (2, "my.toml is not UTF-8 text (byte 9) | give a TOML file".to_owned()));
    fs::write(&path, " \n").unwrap();
    let (code, text) = fails(&path);
    assert_eq!((code, &text[..16]), (2, "my.toml is empty"));
    fs::write(&path, vec![b'#'; (1 << 20) + 1]).unwrap();
    let (code, text) = fails(&path);
    assert_eq!(code, 2);
    assert!(text.starts_with("my.toml is larger than 1048576 bytes"), "{text}");
}

#[test]
fn recipes_that_there_are_not() {
    let fails = |name: &str| {
        let error =
            resolve(&Request { config: Some(name.to_owned()), ..Request::default() }).expect_err(name);
        complaint(&error)
    };
    let none = |name: &str| format!("there is no configuration file and no recipe {name:?}");
    assert_eq!(fails("digit"), (2, format!("{} | did you mean \"digits\"?", none("digit"))));
    let (code, text) = fails("missing/my.tml");
    assert_eq!(code, 2);
    assert!(text.contains("one of the recipes: digits, iris,"), "{text}");
    let overrides = vec!["digits".to_owned()];
    let error =
        resolve(&Request { config: Some("iris".to_owned()), overrides, ..Request::default() }).unwrap_err();
    assert!(complaint(&error).1.starts_with("\"digits\" is not a setting | write KEY=VALUE"));
}
