//! Cases: whole files of each kind, and what is made of them.

use kiln_core::Seed;

use super::{archives, images, tables};

/// How a case ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    /// It must be refused.
    Refused,
    /// Nobody can say: a changed pixel is a pixel.
    Either,
}

/// A file to read.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// What was done to it.
    pub(crate) what: String,
    /// Its name, which says how it is read.
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) expected: Expected,
}

impl Case {
    pub(crate) fn whole(name: &str, bytes: Vec<u8>) -> Self {
        Self { what: "whole".to_owned(), name: name.to_owned(), bytes, expected: Expected::Either }
    }

    /// The same file with other contents, which must be refused.
    pub(crate) fn refused(&self, what: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self { what: what.into(), bytes, expected: Expected::Refused, ..self.clone() }
    }

    /// The value of `data.source`.
    pub(crate) fn source(&self) -> &'static str {
        match self.name.rsplit('.').next().unwrap() {
            "png" | "jpg" | "gif" | "bmp" | "tiff" | "webp" => "images",
            "npy" => "npy",
            "npz" => "npz",
            "jsonl" => "json-lines",
            "parquet" => "parquet",
            "feather" | "arrow" => "arrow",
            "xlsx" => "xlsx",
            _ if self.name.contains("ubyte") => "idx",
            _ => "csv",
        }
    }

    /// The column to predict; none where the last one is.
    pub(crate) fn target(&self) -> Option<&'static str> {
        match self.name.as_str() {
            "packed.parquet" | "packed.arrow" => Some("sum"),
            name => (name.starts_with("table.") || name.starts_with("plain.")).then_some("whole"),
        }
    }

    /// The same with `bytes` at `at`.
    pub(crate) fn patched(&self, what: &str, at: usize, bytes: &[u8]) -> Self {
        let mut patched = self.bytes.clone();
        patched[at..at + bytes.len()].copy_from_slice(bytes);
        self.refused(what, patched)
    }
}

/// A whole file of each kind.
pub(crate) fn whole() -> Vec<Case> {
    images::whole().into_iter().chain(archives::whole()).chain(tables::whole()).collect()
}

/// What is made of them.
pub(crate) fn all(whole: &[Case]) -> Vec<Case> {
    let mut cases = Vec::new();
    for (number, case) in whole.iter().enumerate() {
        cases.extend(cut(case));
        cases.extend(noise(case, Seed::new(2026).at(number as u64)));
        cases.extend(images::special(case));
        cases.extend(archives::special(case));
        cases.extend(tables::special(case));
    }
    cases
}

/// Cut off in many places. A text that ends early is a shorter text.
fn cut(case: &Case) -> Vec<Case> {
    let length = case.bytes.len();
    let places = [0, 1, 3, 7, 11, 17, 29, length / 8, length / 4, length / 2, length * 3 / 4];
    let mut lengths: Vec<usize> = places.into_iter().filter(|place| *place < length).collect();
    lengths.dedup();
    lengths
        .into_iter()
        .map(|end| case.refused(format!("cut at {end} of {length}"), case.bytes[..end].to_vec()))
        .collect()
}

/// A few bytes changed at random: near the beginning, where formats have their sizes, and anywhere.
fn noise(case: &Case, seed: Seed) -> Vec<Case> {
    let (mut cases, length) = (Vec::new(), case.bytes.len() as u64);
    for trial in 0..16 {
        let seed = seed.at(trial);
        let reach = if trial % 2 == 0 { length.min(64) } else { length };
        let mut bytes = case.bytes.clone();
        for place in 0..1 + trial % 4 {
            let at = seed.bits(2 * place) % reach;
            bytes[at as usize] = seed.bits(2 * place + 1) as u8;
        }
        cases.push(Case {
            what: format!("noise {trial}"),
            bytes,
            expected: Expected::Either,
            ..case.clone()
        });
    }
    cases
}
