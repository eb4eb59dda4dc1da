//! Processes that train one model together: ranks.
//!
//! A batch is cut into shards, whose number is a setting. Each rank has some of them, one after another ([`own`]). What comes of the
//! shards is added in a fixed tree over them ([`Node`], [`Pile`], [`complete`]), which does not know of ranks: so the sum is the same
//! bits for any number of ranks. [`Ranks::sum`] does it over all of them: each adds what it can by itself, and sends the nodes of the tree that it
//! then has.
//!
//! An [`Exchange`] carries bytes between ranks, and knows nothing of what they mean. [`Tcp`] is the one there is.
//!
//! ```
//! use kiln_ranks::{Node, Pile, complete, own};
//!
//! // Five shards on two ranks.
//! let values = [0.1_f32, 0.2, 0.3, 0.4, 0.5];
//! let mut nodes = Vec::new();
//! for rank in 0..2 {
//!     let mut pile = Pile::new(5);
//!     own(rank, 2, 5).for_each(|shard| pile.push(Node::leaf(shard), values[shard], |a, b| a + b));
//!     nodes.extend(pile.into_nodes());
//! }
//! let sum = complete(nodes, 5, |a, b| a + b).expect("all shards are there");
//! assert_eq!(sum, ((0.1 + 0.2) + (0.3 + 0.4)) + 0.5);
//! ```

mod bytes;
mod error;
mod exchange;
mod parts;
mod ranks;
mod sparse;
mod sum;
mod tcp;
mod tree;

pub use error::RanksError;
pub use exchange::Exchange;
pub use ranks::{Ranks, Traffic};
pub use sparse::Sparse;
pub use sum::Summed;
pub use tcp::{Meeting, Tcp};
pub use tree::{Node, Pile, complete, own};
