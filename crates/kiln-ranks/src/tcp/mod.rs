//! Ranks that are processes, on one machine or several, each connected with each by TCP.
//!
//! Rank 0 listens; the others come to it, say who they are, and hear where the others listen. What is sent is neither encrypted nor
//! signed: the network between ranks must be one that is trusted. A key that all are given keeps out who comes by mistake.

mod connected;
mod frame;
mod join;
mod meeting;
mod mesh;
mod peer;

pub use connected::Tcp;
pub use meeting::Meeting;
