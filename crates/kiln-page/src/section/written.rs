//! What a language model has written while it was trained.

use std::path::Path;

use kiln_experiment::ExperimentError;
use kiln_experiment::language::{Written, written as read};
use kiln_report::human;

use crate::block::{Block, Section, Token, Tokens};

/// Texts that are shown.
const SHOWN: usize = 6;

/// The first text and the newest ones, so that one sees what was learned; `None` for other runs.
pub(crate) fn written(run: &Path) -> Result<Option<Section>, ExperimentError> {
    let all = read(run)?;
    let Some((first, others)) = all.split_first() else { return Ok(None) };
    let newest = others.iter().rev().take(SHOWN - 1);
    let texts: Vec<Tokens> = newest.chain([first]).map(text).collect();
    let words = match all.len() {
        few if few <= SHOWN => "What the model wrote by itself, the newest first.".to_owned(),
        many => format!(
            "What the model wrote by itself: the newest {} of {} texts, and the first one.",
            SHOWN - 1,
            human::count(many as u64)
        ),
    };
    let section = Section::new("written", "What it writes").with(Block::Text(words));
    Ok(Some(section.with(Block::Tokens(texts))))
}

fn text(found: &Written) -> Tokens {
    let tokens = vec![Token { text: found.text.clone(), level: 0 }];
    let line = format!("after {} steps", human::count(found.step));
    Tokens { lines: vec![line], apart: false, tokens }
}
