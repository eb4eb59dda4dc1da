//! What a rank has found of its shards in a step.

use kiln_ranks::{Node, Pile};

use super::{Leaf, Seen};

/// What a rank has found of its shards in a step.
#[derive(Debug)]
pub(crate) struct Found {
    /// Sums as far as the tree lets them be added.
    pub(crate) pile: Pile<Leaf>,
    /// In the place of sums each shard by itself, where they are not to be added as they are.
    pub(crate) each: Option<Vec<(usize, Leaf)>>,
    pub(crate) seen: Vec<Seen>,
}

impl Found {
    /// Nothing yet, of a tree with so many leaves.
    pub(crate) fn new(leaves: usize, each: bool) -> Self {
        Self { pile: Pile::new(leaves), each: each.then(Vec::new), seen: Vec::new() }
    }

    /// Adds a shard. They come in their order.
    pub(crate) fn push(&mut self, shard: usize, leaf: Leaf) {
        match &mut self.each {
            Some(each) => each.push((shard, leaf)),
            None => self.pile.push(Node::leaf(shard), leaf, Leaf::add),
        }
    }
}
