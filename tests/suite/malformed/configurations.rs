//! Configuration files and arguments.

use super::Cases;
use crate::common::Place;

#[test]
fn configurations() {
    let mut cases = Cases::default();
    let place = Place::new();
    let good = "[data]\nsource = \"iris\"\n";
    let files: &[(&str, &str)] = &[
        ("", "is empty"),
        ("just words\n", "my.toml:1"),
        ("[data\nsource = \"iris\"\n", "my.toml:1"),
        ("[data]\nsource = \"iris\"\nsource = \"wine\"\n", "duplicate key"),
        ("[data]\n", "data.source is missing"),
        ("[data]\nsource = \"irs\"\n", "did you mean \"iris\"?"),
        ("[data]\nsource = 3\n", "data.source is 3, it must be one of the names"),
        ("[data]\nsource = \"iris\"\ntest = 1.0\n", "data.test is 1, it must be at least 0 and less than 1"),
        ("[data]\nsource = \"iris\"\npath = \"x\"\n", "data.path means nothing for the data source iris"),
        ("[data]\nsource = \"csv\"\n", "the data source csv needs a path"),
        ("[data]\nsource = \"csv\"\npath = \"nothing.csv\"\n", "nothing.csv does not exist"),
        ("[data]\nsource = \"iris\"\n[train]\nepoch = 3\n", "did you mean \"train.epochs\"?"),
        ("[data]\nsource = \"iris\"\n[train]\nepochs = \"many\"\n", "it must be a whole number"),
        ("[data]\nsource = \"iris\"\n[train]\nepochs = 0\n", "train.epochs is 0, it must be at least 1"),
        ("[data]\nsource = \"iris\"\n[train]\nmonitor = \"acuracy\"\n", "acuracy"),
        ("[data]\nsource = \"iris\"\n[model]\nkind = \"mpl\"\n", "did you mean \"mlp\"?"),
        ("[data]\nsource = \"iris\"\n[model]\nkind = \"cnn\"\n", "cnn"),
        ("[data]\nsource = \"iris\"\n[model]\nhidden = [0]\n", "model.hidden[0] is 0, it must be at least 1"),
        (
            "[data]\nsource = \"iris\"\n[model]\nhidden = [9000000000000000000]\n",
            "the model would have more than 2147483648 parameters",
        ),
        ("[data]\nsource = \"digits\"\n[model]\nkind = \"cnn\"\nchannels = [8, 8, 8, 8]\n", "model"),
        ("[data]\nsource = \"iris\"\n[model]\ndropout = nan\n", "model.dropout is NaN"),
        ("[data]\nsource = \"iris\"\n[optim]\nlr = -1.0\n", "optim.lr is -1, it must be at least 0"),
        ("[data]\nsource = \"iris\"\n[optim]\nlr = 1e999\n", "floating-point number overflowed"),
        ("[data]\nsource = \"iris\"\n[schedule]\nkind = \"step\"\n", "schedule.every is missing"),
        ("[data]\nsource = \"iris\"\n[loss]\nkind = \"mse\"\n", "mse"),
        ("[data]\nsource = \"diabetes\"\n[loss]\nkind = \"cross-entropy\"\n", "cross-entropy"),
        (
            "[data]\nsource = \"iris\"\n[loss]\nkind = \"cross-entropy\"\nclass_weights = [1.0]\n",
            "class_weights",
        ),
        ("[data]\nsource = \"iris\"\n[penalty]\nkind = \"l1\"\n", "penalty is a list of sections"),
        (
            "[data]\nsource = \"iris\"\n[[penalty]]\nkind = \"l1\"\nstrength = 1\nparams = [\"nowhere\"]\n",
            "nowhere",
        ),
        ("seed = -1\n[data]\nsource = \"iris\"\n", "seed is -1, it must be at least 0"),
    ];
    for (text, piece) in files {
        place.write("my.toml", text);
        let code = if piece.ends_with("does not exist") { 3 } else { 2 };
        cases.fails(&place, "train my.toml", code, piece);
    }
    place.write("my.toml", b"seed = 1\n\xff\xfe\n");
    cases.fails(&place, "train my.toml", 2, "is not UTF-8 text (byte 9)");
    place.write("my.toml", format!("seed = {}{}\n", "[".repeat(5000), "]".repeat(5000)));
    cases.fails(&place, "train my.toml", 2, "my.toml:1");
    place.write("my.toml", vec![b'#'; (1 << 20) + 1]);
    cases.fails(&place, "train my.toml", 2, "is larger than 1048576 bytes");
    place.write("my.csv", "a,b\n1,2\n");
    cases.fails(&place, "train my.csv", 3, "the file has 1 row, at least 3 are needed");
    cases.fails(&place, "train .", 2, "is a folder, not a configuration file");
    cases.fails(&place, "train digist", 2, "no recipe \"digist\"");
    place.write("my.toml", good);
    for (argument, piece) in [
        ("train.epochs=1.5", "it must be a whole number"),
        ("train.epochs", "train.epochs"),
        ("=3", "=3"),
        ("train.epochs=99999999999999999999", "train.epochs"),
        ("lr=0.1", "did you mean \"optim.lr\"?"),
        ("penalty.1.kind=l1", "there is no penalty.1, there are 0"),
        ("train.batch_size=-1", "train.batch_size is -1"),
        ("device=tpu", "there is no device \"tpu\""),
        ("--threads 0", "0 is not in 1..=4096"),
        ("--seed x", "invalid value 'x'"),
        ("--progress fast", "invalid value 'fast'"),
        ("--nonsense", "unexpected argument '--nonsense'"),
    ] {
        cases.fails(&place, &format!("train my.toml {argument}"), 2, piece);
    }
    cases.fails(&place, "resume last", 2, "there is no run \"last\"");
    cases.fails(&place, "resume .", 2, "it holds no run.toml");
    cases.end(45);
}
