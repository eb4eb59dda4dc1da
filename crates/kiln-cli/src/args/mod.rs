//! Arguments that several commands share. Those of one command are in its file.

mod bag;
mod configuration;
mod cuts;
mod duration;
mod global;
mod logs;
mod meeting;
mod number;
mod ranks;
mod sampler;
mod shortcuts;
mod team;
mod views;

pub(crate) use bag::Bag;
pub(crate) use configuration::ConfigArguments;
pub(crate) use cuts::Cuts;
pub(crate) use duration::duration;
pub(crate) use global::{Global, ProgressMode};
pub(crate) use logs::Logs;
pub(crate) use meeting::Meeting;
pub(crate) use number::positive;
pub(crate) use ranks::RankArguments;
pub(crate) use sampler::SamplerName;
pub(crate) use shortcuts::Shortcuts;
pub(crate) use team::TeamArguments;
pub(crate) use views::TestTime;
