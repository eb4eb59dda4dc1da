//! A language model is trained, stopped, resumed, judged, and writes.

use std::io;
use std::path::Path;

use kiln_config::{Request, Resolved, resolve};
use kiln_core::Explain;

use super::{GenerateSettings, Sampling, generate};
use crate::observer::{Event, Observer};
use crate::session::Session;
use crate::{ExperimentError, resume, train};

fn corpus(folder: &Path) -> String {
    let path = folder.join("corpus.txt");
    let line = |i: u32| format!("line {i} says that {} and {} are {}.\n", i % 7, i % 3, i % 7 + i % 3);
    std::fs::write(&path, (0..300).map(line).collect::<String>()).unwrap();
    path.to_str().unwrap().to_owned()
}

fn resolved(corpus: &str, more: &[&str]) -> Resolved {
    let small = ["model.width=16", "model.heads=2", "model.blocks=1", "model.context=16"];
    let short = ["train.epochs=3", "corpus.every=4", "corpus.length=20", "train.batch_size=4"];
    let path = format!("data.path={:?}", corpus);
    let all = small.iter().chain(&short).chain(more).map(|word| (*word).to_owned()).chain([path]);
    let config = Some("tinygpt".to_owned());
    resolve(&Request { config, overrides: all.collect(), ..Request::default() }).unwrap()
}

/// Stops the training at its first sample.
struct Stops<'a>(&'a Session);

impl Observer for Stops<'_> {
    fn hear(&self, event: &Event<'_>) -> io::Result<()> {
        if let Event::Sample { .. } = event {
            self.0.interrupt.stop();
        }
        Ok(())
    }
}

#[test]
fn a_dry_run_takes_one_step_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let samples = std::sync::Mutex::new(0);
    let count = |event: &Event<'_>| {
        if let Event::Sample { .. } = event {
            *samples.lock().unwrap() += 1;
        }
        Ok(())
    };
    let found = crate::dry_run(&resolved(&corpus, &[]), &count).unwrap();
    assert!(found.finite && found.first_loss > 0.0 && found.items[0] == 16, "{found:?}");
    assert_eq!((found.epochs, found.steps_per_epoch), (3, 4));
    assert_eq!((samples.into_inner().unwrap(), folder.path().join("runs").exists()), (0, false));
}

#[test]
fn a_run_that_is_stopped_and_resumed_ends_with_the_same_bits_and_writes_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    for more in [&[][..], &["model.dropout=0.2", "corpus.tokens=bytes", "data.test=0.1"]] {
        let resolved = resolved(&corpus, more);
        let session = || Session { runs_dir: folder.path().join("runs"), ..Session::default() };
        let samples = std::sync::Mutex::new(Vec::new());
        let keep = |event: &Event<'_>| {
            if let Event::Sample { step, text } = event {
                samples.lock().unwrap().push((*step, (*text).to_owned()));
            }
            Ok(())
        };
        let whole = train(&resolved, &session(), &keep).unwrap();
        assert_eq!((whole.outcome.steps, whole.outcome.history.epochs.len()), (12, 3));
        let samples = samples.into_inner().unwrap();
        let steps: Vec<u64> = samples.iter().map(|(step, _)| *step).collect();
        assert_eq!(steps, [4, 8, 12]);
        let kept = |run: &Path| -> Vec<(u64, String)> {
            super::written(run).unwrap().into_iter().map(|found| (found.step, found.text)).collect()
        };
        assert_eq!(kept(&whole.run), samples);
        let scores = &whole.record.validation;
        let (loss, perplexity) = (scores.get("loss").unwrap(), scores.get("perplexity").unwrap());
        assert!((loss.exp() - perplexity).abs() < 1e-4 * perplexity, "{loss} {perplexity}");
        // Every character is a byte.
        let bits = scores.get("bits_per_byte").unwrap();
        assert!((bits - loss / std::f64::consts::LN_2).abs() < 1e-5, "{bits}");
        assert_eq!(whole.record.test.get("loss").is_some(), more.contains(&"data.test=0.1"));

        let stopping = session();
        let stopped = train(&resolved, &stopping, &Stops(&stopping)).unwrap();
        assert!(stopped.outcome.steps < 12);
        let resumed = resume(&stopped.run, &session(), &()).unwrap();
        assert_eq!(resumed.outcome.last_weights_blake3, whole.outcome.last_weights_blake3);
        assert_eq!(kept(&resumed.run), samples);

        let write = |run: &Path, seed: u64| {
            let mut text = Vec::new();
            let settings = GenerateSettings::new("line 7 ", 60).seed(seed);
            let mut keep = |bytes: &[u8]| {
                text.extend_from_slice(bytes);
                Ok(())
            };
            let done = generate(run, &settings, &session(), &(), &mut keep).unwrap();
            assert_eq!((done.tokens, done.unknown), (60, 0));
            text
        };
        // Longer than the context.
        assert_eq!(write(&whole.run, 1), write(&resumed.run, 1));
        assert_ne!(write(&whole.run, 1), write(&whole.run, 2));
    }
}

#[test]
fn the_likeliest_is_a_function_of_the_prompt() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let session = Session { runs_dir: folder.path().join("runs"), ..Session::default() };
    let run = train(&resolved(&corpus, &["corpus.samples=0"]), &session, &()).unwrap().run;
    let write = |seed| {
        let mut text = Vec::new();
        let sampling = Sampling::new(0.0, None, 1.0).unwrap();
        let settings = GenerateSettings::new("é", 10).sampling(sampling).seed(seed);
        let done = generate(&run, &settings, &session, &(), &mut |bytes| {
            text.extend_from_slice(bytes);
            Ok(())
        });
        assert_eq!(done.unwrap().unknown, 1);
        text
    };
    assert_eq!(write(1), write(2));
    let broken = |_: &[u8]| Err(io::ErrorKind::BrokenPipe.into());
    let failed = generate(&run, &GenerateSettings::default(), &session, &(), &mut { broken });
    assert!(matches!(failed, Err(ExperimentError::Observer(_))));
}

#[test]
fn what_cannot_be_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = corpus(folder.path());
    let session = Session { runs_dir: folder.path().join("runs"), ..Session::default() };
    let fails = |corpus: &str, more: &[&str]| {
        let error = train(&resolved(corpus, more), &session, &()).unwrap_err();
        let is_number = error.to_string().contains("it must be");
        assert!(is_number || error.help().is_some(), "{error}");
        error.to_string()
    };
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    assert!(fails("nowhere.txt", &[]).contains("cannot read"));
    assert!(fails(&file("empty.txt", b""), &[]).contains("has 0 tokens, and a window needs 17"));
    assert!(fails(&file("short.txt", &[b'a'; 100]), &[]).contains("the validation part of"));
    let latin = fails(&file("latin.txt", b"one\ncaf\xe9\n"), &[]);
    assert!(latin.ends_with("is no UTF-8 from byte 7 on (line 2)"), "{latin}");
    std::fs::create_dir(folder.path().join("none")).unwrap();
    assert!(fails(folder.path().join("none").to_str().unwrap(), &[]).contains("holds no file"));
    assert_eq!(fails(&path, &["model.heads=3"]), "model.width is 16, which is no multiple of 3 heads");
    assert_eq!(fails(&path, &["loss.kind=mse"]), "loss is not for a corpus");
    assert!(fails(&path, &["corpus.every=0"]).contains("corpus.every"));
    let error = resolve(&Request { config: Some("iris".to_owned()), ..Request::default() }).unwrap();
    let iris = train(&error, &session, &()).unwrap().run;
    let failed = generate(&iris, &GenerateSettings::default(), &session, &(), &mut |_| Ok(())).unwrap_err();
    assert!(failed.to_string().ends_with("is no run of a language model"), "{failed}");
}

#[test]
fn a_folder_is_one_text() {
    let folder = tempfile::tempdir().unwrap();
    let texts = folder.path().join("texts");
    std::fs::create_dir_all(texts.join("more")).unwrap();
    for (name, text) in [("b.txt", "bb"), ("a.txt", "a"), ("more/c.txt", "c"), (".hidden", "zzz")] {
        std::fs::write(texts.join(name), text.repeat(50)).unwrap();
    }
    let settings = kiln_data::corpus::CorpusConfig::default();
    let corpus = kiln_data::corpus::Corpus::read(Some(&texts), &settings, [0.0, 0.0]).unwrap();
    assert_eq!((corpus.files, corpus.parts[0].len(), corpus.alphabet.len()), (3, 50 + 1 + 100 + 1 + 50, 5));
    let text: Vec<u8> = corpus.parts[0].iter().flat_map(|&token| corpus.alphabet.decode(token)).collect();
    assert!(text.starts_with(b"aaa") && text.ends_with(b"ccc"));
}

/// What a corpus of documents loses is what its documents lose: nothing of one tells anything of the next.
#[test]
fn documents_are_learned_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let texts = folder.path().join("texts");
    std::fs::create_dir(&texts).unwrap();
    let mut whole = String::new();
    for file in 0..60 {
        let line = |i: u32| format!("file {file} says {}.\n", (i + file) % 7);
        let text: String = (0..1 + file % 5).map(line).collect();
        std::fs::write(texts.join(format!("{file:02}.txt")), &text).unwrap();
        whole.push_str(&text);
        whole.push('\n');
    }
    whole.pop();
    for tokens in ["corpus.tokens=characters", "corpus.tokens=bytes"] {
        let resolved = resolved(texts.to_str().unwrap(), &["corpus.documents=true", "data.test=0.2", tokens]);
        let session = || Session { runs_dir: folder.path().join("runs"), ..Session::default() };
        let trained = train(&resolved, &session(), &()).unwrap();
        let stopping = session();
        let stopped = train(&resolved, &stopping, &Stops(&stopping)).unwrap();
        assert!(stopped.outcome.steps < 12);
        let resumed = resume(&stopped.run, &session(), &()).unwrap();
        assert_eq!(resumed.outcome.last_weights_blake3, trained.outcome.last_weights_blake3);

        let config = resolved.config.corpus.clone().unwrap();
        let corpus = kiln_data::corpus::Corpus::read(Some(&texts), &config, [0.1, 0.2]).unwrap();
        let [train, validation, test] = corpus.starts.as_ref().unwrap();
        assert_eq!(corpus.parts.iter().map(Vec::len).sum::<usize>(), whole.len());
        let begins = |place: usize| whole[..place].ends_with("\n\n");
        let shift = [0, corpus.parts[0].len(), corpus.parts[0].len() + corpus.parts[1].len()];
        for (starts, shift) in [train, validation, test].into_iter().zip(shift) {
            assert!(!starts.is_empty());
            assert!(starts.iter().all(|start| begins(start + shift)));
        }
        // One text of all of them is something else, and its fingerprint, too.
        let plain = kiln_data::corpus::CorpusConfig { documents: false, ..config };
        let one = kiln_data::corpus::Corpus::read(Some(&texts), &plain, [0.1, 0.2]).unwrap();
        assert!(one.starts.is_none() && one.parts == corpus.parts);
        assert_ne!(one.fingerprint, corpus.fingerprint);
        let loss = trained.record.test.get("loss").unwrap();
        let bits = trained.record.test.get("bits_per_byte").unwrap();
        assert!((bits - loss / std::f64::consts::LN_2).abs() < 1e-5, "{bits}");
    }
}
