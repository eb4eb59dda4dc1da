//! The JSON Schema of a configuration file agrees with what reads one.

use std::fs;
use std::sync::OnceLock;

use serde_json::Value;

use super::super::*;
use super::validator::complaint;
use super::{GOOD, check};

/// What the schema says about a file.
fn schema_says(text: &str) -> Option<String> {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    let schema = SCHEMA.get_or_init(schema);
    let file: Value =
        toml::from_str::<toml::Table>(text).map(|table| serde_json::to_value(table).unwrap()).unwrap();
    complaint(schema, schema, &file)
}

#[test]
fn every_recipe_and_what_it_prints_is_valid() {
    for name in recipe::names() {
        let text = recipe::find(name).unwrap();
        assert_eq!(schema_says(text), None, "{name}");
        let resolved = resolve(&Request { config: Some(name.to_owned()), ..Request::default() }).unwrap();
        assert_eq!(schema_says(&annotated(&resolved)), None, "{name} as printed");
        assert_eq!(schema_says(&toml::to_string(&resolved.config).unwrap()), None, "{name} as run.toml");
    }
}

#[test]
fn every_kind_has_an_example_that_is_valid_and_resolves() {
    let mut tried = 0;
    for section in schema::sections().filter(|section| !schema::kinds(section).is_empty()) {
        for table in schema::tables(section) {
            let kind = table.kind().unwrap();
            let example =
                &table.get("examples").unwrap_or_else(|| panic!("{section} {kind} has no example"))[0];
            let example = toml::Table::try_from(example).unwrap();
            let entries: String =
                example.iter().map(|(key, value)| format!("{key} = {}\n", literal(value))).collect();
            let text = if schema::is_list(section) {
                format!("{GOOD}[[{section}]]\n{entries}")
            } else {
                format!("{GOOD}[{section}]\n{entries}")
            };
            assert_eq!(schema_says(&text), None, "{text}");
            let resolved = resolve_text(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
            assert_eq!(schema_says(&annotated(&resolved)), None, "{text}");
            tried += 1;
        }
    }
    assert!(tried > 50, "{tried}");
}

fn resolve_text(text: &str) -> Result<Resolved, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("my.toml");
    fs::write(&file, text).unwrap();
    resolve(&super::request(&file))
}

#[test]
fn sections_that_may_be_left_out_may_be_false() {
    let right = [
        "seed = 3\nearly_stopping = true\nloss = false\naverage = false\n[data]\nsource = \"iris\"\n",
        "[data]\nsource = \"iris\"\n[optim]\nkind = \"sgd\"\nsam = true\nlookahead = false\n",
        "[data]\nsource = \"iris\"\n[optim]\nlr = 0.1\n[model]\nhidden = [8]\n",
        "[data]\nsource = \"iris\"\n[tune]\noptim.lr = \"log(1e-4, 1)\"\n[tune.model]\nhidden = \"choice([1], [2])\"\n",
        "[data]\nsource = \"iris\"\n[model]\nweights = \"a.pt\"\nweights_map = [{ from = \"^a\", to = \"b\" }, { from = \"c\" }]\n",
        "[data]\nsource = \"iris\"\n[model.lora]\nrank = 4\nparams = { regex = \"^layers\" }\n",
        "[data]\nsource = \"iris\"\n[[freeze]]\nparams = { regex = \"^layers\" }\nuntil = 1\n",
        "penalty = []\n[data]\nsource = \"iris\"\n",
        "[data]\nsource = \"iris\"\n[[penalty]]\nkind = \"l2\"\nstrength = 1\nparams = { regex = \"^a\" }\n\
         schedule = { kind = \"linear\", warmup = 1 }\n",
        "[data]\nsource = \"iris\"\n[loss]\nkind = \"cross-entropy\"\nclass_weights = \"balanced\"\n",
        "[data]\nsource = \"iris\"\n[loss]\nkind = \"cross-entropy\"\nclass_weights = { setosa = 2, \"a b.c\" = 0.5 }\n",
        "[data]\nsource = \"iris\"\n[loss]\nkind = \"cross-entropy\"\n[loss.class_weights]\nsetosa = 2\n",
    ];
    for text in right {
        assert_eq!(schema_says(text), None, "{text}");
        resolve_text(text).unwrap();
    }
}

#[test]
fn what_is_wrong_to_one_is_wrong_to_the_other() {
    let wrong = [
        "[trian]\nepochs = 3\n",
        "[train]\nepoch = 3\n",
        "[train]\nepochs = \"3\"\n",
        "[train]\nepochs = 0\n",
        "[train]\nepochs = 1.5\n",
        "[train]\nsolver = \"newton\"\n",
        "[model]\nkind = \"mpl\"\n",
        "[model]\nkind = \"cnn\"\nwidth = 3\n",
        "[model]\nwidth = 3\n",
        "[model]\nhidden = [64, -1]\n",
        "[model]\nactivation = \"relo\"\n",
        "[optim]\nkind = \"sgd\"\nbetas = [0.9, 0.99]\n",
        "[optim]\nbetas = [0.9]\n",
        "[optim]\nlr = true\n",
        "[optim]\nlr = -1\n",
        "[optim.sam]\nrhoo = 1\n",
        "[optim]\nsam = 3\n",
        "[[optim.group]]\nparams = \"biases\"\nlr = 1\n",
        "[loss]\nlabel_smoothing = 0.1\n",
        "[loss]\nkind = \"mse\"\ndelta = 1\n",
        "[[penalty]]\nkind = \"l1\"\n",
        "[[penalty]]\nkind = \"l1\"\nstrength = 1\nparams = 3\n",
        "[[penalty]]\nkind = \"l1\"\nstrength = 1\nparams = { rgex = \"a\" }\n",
        "[[penalty]]\nkind = \"l1\"\nstrength = 1\nschedule = { kind = \"plateau\" }\n",
        "[penalty]\nkind = \"l1\"\nstrength = 1\n",
        "[[constraint]]\nkind = \"box\"\nlow = 0\n",
        "[[freeze]]\nuntil = 1\n",
        "[[freeze]]\nparams = \"all\"\nuntil = 0\n",
        "[model]\nweights = 3\n",
        "[model]\nweights_map = [{ to = \"a\" }]\n",
        "[model]\nweights_layout = \"burn\"\n",
        "[model.lora]\nrank = 0\n",
        "[model.lora]\nalpha = 0\n",
        "[model.lora]\ndropout = 0.1\n",
        "[schedule]\nkind = \"step\"\n",
        "[schedule]\nkind = \"cosine\"\ngamma = 0.5\n",
        "[schedule]\nkind = \"sequential\"\nparts = [{ kind = \"cosine\", ends = 1 }]\nstarts = []\n",
        "[momentum_schedule]\nkind = \"plateau\"\n",
        "[average]\ndecay = 0.9\n",
        "[augment]\ntransforms = [{ kind = \"horizontal-flop\" }]\n",
        "[augment]\nrows = [{ kind = \"jitter\" , sigmo = 1 }]\n",
        "[mix]\nmixup = \"much\"\n",
        "[early_stopping]\npatience = 0\n",
        "[gradient]\nnoise = [1]\n",
        "[loss]\nkind = \"cross-entropy\"\nclass_weights = \"equal\"\n",
        "[loss]\nkind = \"cross-entropy\"\nclass_weights = { a = \"much\" }\n",
        "[loss]\nkind = \"cross-entropy\"\nclass_weights = [\"a\"]\n",
    ];
    for text in wrong {
        let text = format!("{GOOD}{text}");
        assert!(schema_says(&text).is_some(), "the schema takes {text}");
        assert!(check(&text, &[]).is_err(), "kiln takes {text}");
    }
    for text in
        ["seed = 1\n", "seed = -1\n[data]\nsource = \"iris\"\n", "[data]\npath = \"a\"\n", "data = 3\n"]
    {
        assert!(schema_says(text).is_some() && check(text, &[]).is_err(), "{text}");
    }
}

#[test]
fn every_setting_is_described() {
    fn walk(key: &str, node: schema::Node, depth: usize, missing: &mut Vec<String>) {
        for table in
            node.objects().into_iter().chain(node.items().into_iter().flat_map(|items| items.objects()))
        {
            for (name, setting) in table.settings().filter(|(name, _)| *name != "kind") {
                let key = format!(
                    "{key}.{}{name}",
                    table.kind().map(|kind| format!("{kind}.")).unwrap_or_default()
                );
                if setting.get("description").is_none() {
                    missing.push(key.clone());
                }
                if depth < 3 {
                    walk(&key, setting, depth + 1, missing);
                }
            }
        }
    }
    let mut missing = Vec::new();
    walk("", schema::whole(), 0, &mut missing);
    assert_eq!(missing, [""; 0]);
}
