//! What models of time series are made of: filters over steps, and normalisation that sees no padding.

mod conv;
mod steps;

pub(crate) use conv::StepConv;
pub(crate) use steps::Steps;
