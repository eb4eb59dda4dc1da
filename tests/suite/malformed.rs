//! Broken configurations, arguments, CSV, IDX and image files, and runs: a clear message and the right exit code,
//! never a panic.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use image::{ImageFormat, RgbImage};

use crate::common::{Place, run_dirs};

/// Everything that a case says went wrong, and how many cases there were.
#[derive(Debug, Default)]
struct Cases {
    count: usize,
    wrong: Vec<String>,
}

impl Cases {
    /// Runs a command line that must fail with `code`, say `piece`, and write nothing.
    fn fails(&mut self, place: &Place, line: &str, code: i32, piece: &str) {
        self.count += 1;
        let began = Instant::now();
        let ran = place.kiln(line);
        let bug = ran.stderr.contains("panicked") || ran.stderr.contains("RUST_BACKTRACE");
        let slow = began.elapsed() > Duration::from_secs(20);
        if ran.code != Some(code) || !ran.says(piece) || bug || slow || place.runs().exists() {
            let ran = format!("code {:?}, {:?}\n{}", ran.code, began.elapsed(), ran.stderr);
            let _ = fs::remove_dir_all(place.runs());
            self.wrong.push(format!("kiln {line}\nexpected {code} and {piece:?}, got {ran}"));
        }
    }

    #[track_caller]
    fn end(self, at_least: usize) {
        println!("{} cases", self.count);
        assert!(
            self.wrong.is_empty(),
            "{} of {} cases:\n{}",
            self.wrong.len(),
            self.count,
            self.wrong.join("\n")
        );
        assert!(self.count >= at_least, "{}", self.count);
    }
}

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
    cases.fails(&place, "train my.csv", 2, "use `data.source=csv --data my.csv`");
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
        ("device=cuda", "there is no device \"cuda\""),
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

#[test]
fn csv_files() {
    let mut cases = Cases::default();
    let place = Place::new();
    let rows = |line: &str| line.repeat(12);
    let good = format!("a,b,kind\n{}{}", rows("1,2,x\n"), rows("3,4,y\n"));
    let files: Vec<(Vec<u8>, &str, i32, &str)> = vec![
        (b"".to_vec(), "", 3, "the file is empty"),
        (b"\n\n\n".to_vec(), "", 3, "empty"),
        (b"a,b,kind\n".to_vec(), "", 3, "the file has a header and no rows"),
        (b"a,b,kind\n1,2,x\n".to_vec(), "", 3, "the file has 1 rows, at least 3 are needed"),
        (b"1.5,2.5,x\n1,2,x\n3,4,y\n5,6,x\n".to_vec(), "", 3, "the first line must name the columns"),
        (b"a,a,kind\n1,2,x\n3,4,y\n5,6,x\n".to_vec(), "", 3, "columns 1 and 2 are both called \"a\""),
        (b"a,,kind\n1,2,x\n3,4,y\n5,6,x\n".to_vec(), "", 3, "column 2 has no name"),
        (format!("{good}1,2\n").into_bytes(), "", 3, "row 25 has 2 cells, the header has 3"),
        (format!("{good}1,2,3,4\n").into_bytes(), "", 3, "row 25 has 4 cells, the header has 3"),
        (format!("{good}1,\"2,x\n").into_bytes(), "", 3, "never ends"),
        ([good.as_bytes(), b"1,\xff\xfe,x\n"].concat(), "", 3, "row 25, column \"b\" is not UTF-8 text"),
        (
            format!("{good}inf,2,x\n").into_bytes(),
            "",
            3,
            "row 25, column \"a\" is \"inf\", not a finite number",
        ),
        (
            format!("{good}1,1e99,x\n").into_bytes(),
            "",
            3,
            "row 25, column \"b\" is \"1e99\", not a finite number",
        ),
        (
            format!("{good}1,2,\n").into_bytes(),
            "",
            3,
            "row 25, column \"kind\" is missing, and it is the target",
        ),
        (format!("a,b,kind\n{}", rows("1,2,x\n")).into_bytes(), "", 3, "every item is of the class \"x\""),
        (
            format!("a,b,kind\n{}{}", rows(",2,x\n"), rows(",4,y\n")).into_bytes(),
            "",
            3,
            "column \"a\" has no value",
        ),
        (
            format!("kind\n{}{}", rows("x\n"), rows("y\n")).into_bytes(),
            "",
            3,
            "there is no column to predict from",
        ),
        (good.clone().into_bytes(), "data.target=[\"knd\"]", 2, "names the column \"knd\""),
        (good.clone().into_bytes(), "data.ignore=[\"c\"]", 2, "names the column \"c\""),
        (
            good.clone().into_bytes(),
            "data.target=[\"a\"] data.ignore=[\"a\"]",
            2,
            "is in data.target and in data.ignore",
        ),
        (
            good.clone().into_bytes(),
            "data.target=[\"a\",\"b\"] data.task=classification",
            2,
            "only regression predicts several",
        ),
        (
            good.clone().into_bytes(),
            "data.task=regression",
            3,
            "row 1, column \"kind\" is \"x\", not a number",
        ),
        (vec![0; 4096], "", 3, "my.csv"),
        ([b"a,b,kind\n".to_vec(), vec![b'1'; 5 << 20]].concat(), "", 3, "longer than"),
    ];
    for (bytes, arguments, code, piece) in files {
        place.write("my.csv", bytes);
        cases.fails(&place, &format!("train data.source=csv --data my.csv {arguments}"), code, piece);
    }
    cases.fails(&place, "train data.source=csv --data .", 3, "is not a regular file");
    cases.fails(&place, "train data.source=csv --data nothing.csv", 3, "nothing.csv does not exist");
    cases.end(26);
}

/// An IDX file: the header, then `data`.
fn idx(dims: &[u32], data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, dims.len() as u8];
    bytes.extend(dims.iter().flat_map(|dim| dim.to_be_bytes()));
    bytes.extend(data);
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn idx_files() {
    let mut cases = Cases::default();
    let images = idx(&[10, 4, 4], &[7; 160]);
    let labels = idx(&[10], &[0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
    let huge = idx(&[u32::MAX, u32::MAX, u32::MAX], &[0; 160]);
    let files: Vec<(Vec<u8>, Vec<u8>, &str)> = vec![
        (b"".to_vec(), labels.clone(), "the file ends within its header"),
        (images[..9].to_vec(), labels.clone(), "the file ends within its header"),
        (b"\x89PNG\r\n\x1a\n".to_vec(), labels.clone(), "not an IDX file"),
        ([&[0, 0, 13, 3], &images[4..]].concat(), labels.clone(), "have type 0x0d, only 0x08"),
        (labels.clone(), labels.clone(), "the file has 1 dimensions, images have 3"),
        (images.clone(), images.clone(), "the file has 3 dimensions, labels have 1"),
        (images[..images.len() - 1].to_vec(), labels.clone(), "declares 160 bytes, the file holds 159"),
        ([images.clone(), vec![0]].concat(), labels.clone(), "bytes are left over after the 160 bytes"),
        (huge.clone(), labels.clone(), "truncated: the header declares"),
        (gzip(&huge), labels.clone(), "truncated: the header declares"),
        (
            idx(&[1 << 20, 1 << 10, 1 << 10], &[]),
            labels.clone(),
            "truncated: the header declares 1099511627776 bytes",
        ),
        (idx(&[0, 4, 4], &[]), labels.clone(), "the header declares no data"),
        (idx(&[10, 0, 4], &[]), labels.clone(), "the header declares no data"),
        (images.clone(), idx(&[9], &[1; 9]), "9 labels, but"),
        (images.clone(), idx(&[10], &[3; 10]), "every item is of the class"),
        (images.clone(), labels[..5].to_vec(), "the file ends within its header"),
        (images.clone(), b"".to_vec(), "the file ends within its header"),
        (gzip(&images)[..20].to_vec(), labels.clone(), "damaged gzip"),
        ([gzip(&images), b"tail".to_vec()].concat(), labels.clone(), "gzip"),
        (b"\x1f\x8b\x08".to_vec(), labels.clone(), "gzip"),
    ];
    for (images, labels, piece) in files {
        let place = Place::new();
        place.write("set/train-images-idx3-ubyte", images);
        place.write("set/train-labels-idx1-ubyte", labels);
        cases.fails(&place, "train data.source=idx --data set", 3, piece);
    }
    let place = Place::new();
    place.write("set/train-images-idx3-ubyte", &images);
    cases.fails(&place, "train data.source=idx --data set", 3, "train-labels-idx1-ubyte");
    place.write("set/train-labels-idx1-ubyte", &labels);
    place.write("set/t10k-images-idx3-ubyte", idx(&[2, 5, 5], &[0; 50]));
    place.write("set/t10k-labels-idx1-ubyte", idx(&[2], &[0, 1]));
    cases.fails(&place, "train data.source=idx --data set", 3, "the images are [5, 5] pixels");
    cases.fails(&place, "train data.source=idx --data nowhere", 3, "nowhere does not exist");
    cases.fails(&place, "train data.source=idx --data set/t10k-labels-idx1-ubyte", 3, "is not a folder");
    cases.end(24);
}

fn png(side: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    RgbImage::new(side, side).write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Two classes of four images.
fn image_folder() -> Place {
    let place = Place::new();
    for class in ["cat", "dog"] {
        for number in 0..4 {
            place.write(format!("set/{class}/{number}.png"), png(6));
        }
    }
    place
}

#[test]
fn image_folders() {
    let mut cases = Cases::default();
    let whole = png(6);
    let mut huge = whole.clone();
    huge[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
    let files: Vec<(&str, Vec<u8>, &str)> = vec![
        ("set/cat/broken.png", whole[..whole.len() / 2].to_vec(), "broken image"),
        ("set/cat/broken.png", b"".to_vec(), "broken image"),
        ("set/cat/broken.png", b"not an image".to_vec(), "broken image"),
        ("set/cat/broken.jpg", b"\xff\xd8\xff\xe0garbage".to_vec(), "broken image"),
        ("set/cat/huge.png", huge, "huge.png"),
        ("set/cat/other.png", png(7), "7x7 pixels, but"),
        ("set/cat/notes.txt", b"words".to_vec(), "neither a PNG nor a JPEG file"),
        ("set/cat/deeper/1.png", whole.clone(), "a folder among the images"),
    ];
    for (name, bytes, piece) in files {
        let place = image_folder();
        place.write(name, bytes);
        cases.fails(&place, "train data.source=images --data set", 3, piece);
    }
    let place = Place::new();
    fs::create_dir(place.path().join("set")).unwrap();
    cases.fails(&place, "train data.source=images --data set", 3, "there must be one for each class");
    place.write("set/dog/1.png", &whole);
    fs::create_dir(place.path().join("set/cat")).unwrap();
    cases.fails(&place, "train data.source=images --data set", 3, "no image in here");
    fs::remove_dir_all(place.path().join("set/dog")).unwrap();
    place.write("set/cat/1.png", &whole);
    place.write("set/cat/2.png", &whole);
    place.write("set/cat/3.png", &whole);
    cases.fails(&place, "train data.source=images --data set", 3, "every item is of the class \"cat\"");
    cases.end(11);
}

/// Every file below `folder`, with its contents.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let bytes = fs::read(&path).unwrap();
            found.push((path, bytes));
        }
    }
    found
}

#[test]
fn runs_that_were_tampered_with() {
    let mut cases = Cases::default();
    let place = Place::new();
    place.ok("train iris train.epochs=2 -q --runs-dir kept");
    let run = run_dirs(&place.path().join("kept"))[0].clone();
    let whole = files(&run);
    // In which files (all of that name) what is put, `None` to delete them; what fails how.
    let damage: &[(&str, Option<&str>, &str, i32, &str)] = &[
        ("run.json", Some("x"), "resume", 5, "run.json is damaged"),
        ("run.json", Some("{}"), "runs show", 5, "missing field"),
        ("run.json", None, "eval", 7, "run.json"),
        ("run.toml", Some("seed = x"), "resume", 2, "run.toml:1"),
        ("run.toml", Some("[data]\nsource = \"wine\""), "resume", 3, "their fingerprints differ"),
        (
            "run.toml",
            Some("[data]\nsource = \"iris\"\n[model]\nhidden = [33]"),
            "resume",
            5,
            "layers.0.linear.weight",
        ),
        (
            "run.toml",
            Some("[data]\nsource = \"iris\"\n[model]\nhidden = [33]"),
            "eval",
            5,
            "has shape [4, 32]",
        ),
        ("metrics.jsonl", None, "resume", 5, "it has 0 lines, the checkpoint counts 2"),
        ("metrics.jsonl", Some("{\"seq\":0,"), "resume", 5, "it has 0 lines, the checkpoint counts 2"),
        ("MANIFEST.json", Some("["), "verify", 5, "MANIFEST.json is not valid"),
        ("MANIFEST.json", None, "resume", 5, "MANIFEST.json"),
        ("optim.safetensors", None, "resume", 5, "optim.safetensors cannot be read"),
        ("state.json", Some("{}"), "verify", 5, "state.json has 2 bytes"),
        ("preprocess.json", Some("0"), "eval", 5, "preprocess.json has 1 bytes"),
        ("model.safetensors", Some(""), "eval", 5, "model.safetensors has 0 bytes"),
    ];
    for (name, contents, command, code, piece) in damage {
        for (path, _) in whole.iter().filter(|(path, _)| path.ends_with(name)) {
            match contents {
                Some(text) => fs::write(path, text).unwrap(),
                None => fs::remove_file(path).unwrap(),
            }
        }
        cases.fails(&place, &format!("{command} last --runs-dir kept"), *code, piece);
        for (path, bytes) in &whole {
            fs::write(path, bytes).unwrap();
        }
    }
    place.ok("resume last --runs-dir kept");
    cases.end(15);
}
