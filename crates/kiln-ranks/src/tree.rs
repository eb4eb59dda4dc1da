//! The binary tree over shards in which everything is added.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// A node of the binary tree over shards: that at level l and place i is the sum of the shards from i·2^l on, 2^l of them, as far as there
/// are so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Node {
    /// The level, from 0, where every node is a shard.
    pub level: u32,
    /// The place in its level, from 0.
    pub place: usize,
}

impl Node {
    /// A shard by itself.
    pub fn leaf(shard: usize) -> Self {
        Self { level: 0, place: shard }
    }

    /// The node that has all of so many leaves, at least 1, below it.
    pub fn root(leaves: usize) -> Self {
        Self { level: leaves.max(1).next_power_of_two().trailing_zeros(), place: 0 }
    }

    /// The shards below it, as if there were as many as fit.
    pub fn shards(self) -> Range<usize> {
        // What does not fit is behind every shard there is.
        let at = |place: usize| place.checked_shl(self.level).unwrap_or(usize::MAX);
        at(self.place)..at(self.place + 1)
    }

    fn parent(self) -> Self {
        Self { level: self.level + 1, place: self.place / 2 }
    }

    fn sibling(self) -> Self {
        Self { place: self.place ^ 1, ..self }
    }

    fn is_right(self) -> bool {
        self.place % 2 == 1
    }
}

/// Sums of neighbours in the tree, each added as soon as both are there: at most one value a level waits.
#[derive(Debug)]
pub struct Pile<T> {
    leaves: usize,
    nodes: Vec<(Node, T)>,
}

impl<T> Pile<T> {
    /// Nothing yet, of a tree with so many leaves.
    pub fn new(leaves: usize) -> Self {
        Self { leaves, nodes: Vec::new() }
    }

    /// Adds the value of a node. They come in the order of their shards.
    pub fn push(&mut self, node: Node, value: T, mut add: impl FnMut(T, T) -> T) {
        let (root, mut node, mut value) = (Node::root(self.leaves), node, value);
        while node != root {
            if node.is_right() {
                match self.nodes.pop() {
                    Some((left, sum)) if left == node.sibling() => value = add(sum, value),
                    // The left one is another rank's.
                    other => {
                        self.nodes.extend(other);
                        break;
                    }
                }
            } else if node.sibling().shards().start < self.leaves {
                break;
            }
            // With its neighbour, or without one: there are no shards below that.
            node = node.parent();
        }
        self.nodes.push((node, value));
    }

    /// What was added, as far as the tree let it.
    pub fn into_nodes(self) -> Vec<(Node, T)> {
        self.nodes
    }
}

/// The value at the root of a tree with so many leaves, from nodes that have every leaf below them once, in any order. `None` where
/// they have not.
pub fn complete<T>(
    nodes: impl IntoIterator<Item = (Node, T)>,
    leaves: usize,
    mut add: impl FnMut(T, T) -> T,
) -> Option<T> {
    let mut nodes: Vec<(Node, T)> = nodes.into_iter().collect();
    let root = Node::root(leaves);
    if nodes.iter().any(|(node, _)| node.level > root.level || node.shards().start >= leaves.max(1)) {
        return None;
    }
    nodes.sort_by_key(|(node, _)| node.shards().start);
    let mut pile = Pile::new(leaves);
    for (node, value) in nodes {
        pile.push(node, value, &mut add);
    }
    let mut ends = pile.into_nodes().into_iter();
    match (ends.next(), ends.next()) {
        (Some((node, value)), None) if node == root => Some(value),
        _ => None,
    }
}

/// The shards of a rank, which are neighbours: as many as those of any other, or one more.
pub fn own(rank: usize, ranks: usize, shards: usize) -> Range<usize> {
    let from = |rank: usize| (rank as u128 * shards as u128 / ranks.max(1) as u128) as usize;
    from(rank)..from(rank + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sum that knows how it was made.
    fn text(a: String, b: String) -> String {
        format!("({a}{b})")
    }

    fn nodes(ranks: usize, shards: usize, leaves: usize) -> Vec<(Node, String)> {
        let mut all = Vec::new();
        for rank in 0..ranks {
            let mut pile = Pile::new(leaves);
            for shard in own(rank, ranks, shards).filter(|shard| *shard < leaves) {
                pile.push(Node::leaf(shard), shard.to_string(), text);
            }
            all.extend(pile.into_nodes());
        }
        all
    }

    #[test]
    fn the_tree_is_the_same_for_any_number_of_ranks() {
        for shards in 1..20 {
            // In a small batch the last shards are empty.
            for leaves in 1..=shards {
                let whole = complete(nodes(1, shards, leaves), leaves, text).unwrap();
                for ranks in 2..=shards {
                    let parts = nodes(ranks, shards, leaves);
                    assert_eq!(complete(parts, leaves, text).as_deref(), Some(whole.as_str()), "{ranks}");
                }
            }
        }
        assert_eq!(complete(nodes(3, 6, 6), 6, text).unwrap(), "(((01)(23))(45))");
        assert_eq!(complete(nodes(2, 5, 5), 5, text).unwrap(), "(((01)(23))4)");
    }

    #[test]
    fn a_rank_with_aligned_shards_has_one_node() {
        for (ranks, shards) in [(1, 8), (2, 8), (4, 8), (8, 8), (2, 2), (1, 5)] {
            assert_eq!(nodes(ranks, shards, shards).len(), ranks);
        }
        // 0–1, 2–4, 5–7 of 8.
        assert_eq!(nodes(3, 8, 8).len(), 5);
    }

    #[test]
    fn what_lacks_a_shard_or_has_one_twice_is_no_sum() {
        let all = nodes(3, 7, 7);
        for left_out in 0..all.len() {
            let mut some = all.clone();
            let taken = some.remove(left_out);
            assert_eq!(complete(some, 7, text), None);
            let twice: Vec<_> = all.iter().cloned().chain([taken]).collect();
            assert_eq!(complete(twice, 7, text), None);
        }
        assert_eq!(complete(Vec::new(), 1, text), None);
    }
}
