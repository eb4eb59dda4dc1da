//! What a file says of its model, beside the weights: inputs, operations, outputs.
//!
//! These records are written by `kiln export` and read by [`Model::load`](crate::Model::load). Fields are as in the file; whoever reads it
//! checks them.

mod inputs;
mod network;
mod outputs;
mod sequence;

use serde::{Deserialize, Serialize};

pub use inputs::{
    Column, Components, Encoding, Images, Inputs, Missing, Scale, Series, Table, Texts, Tokens,
};
pub use network::{Activation, Embedding, Operation};
pub use outputs::{Average, Outputs, Raw, Target};
pub use sequence::{Cell, Sequence};

/// A model without its weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Plan {
    /// The version of the format.
    pub version: u32,
    /// What goes in, and what is done to it.
    pub inputs: Inputs,
    /// The network, operation by operation.
    pub network: Vec<Operation>,
    /// What comes out.
    pub outputs: Outputs,
}

impl Plan {
    /// The newest version that this crate reads: with sequences.
    pub const VERSION: u32 = crate::error::VERSION;

    /// The first version that has such inputs. It is what is written, so that older programs read what they can.
    pub fn version_of(inputs: &Inputs) -> u32 {
        match inputs {
            Inputs::Table(_) | Inputs::Images(_) => 1,
            Inputs::Series(_) | Inputs::Texts(_) => 2,
        }
    }
}
