//! [`Tree`] and [`Ensemble`]: what is kept of a trained model, and how a row is scored with it.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

/// A fork or a leaf; in a file, a list of its parts in this order.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Parts", into = "Parts")]
pub struct Node {
    /// The column asked for; for a leaf, meaningless.
    pub column: u16,
    /// Where a row goes that does not know the column.
    pub missing_left: bool,
    /// Left when the value is not above this.
    pub threshold: f32,
    /// The number of the left child; 0 for a leaf, because no child is the root.
    pub left: u16,
    /// The number of the right child.
    pub right: u16,
    /// What the rows here score on average, before the tree goes on; for a leaf, its score.
    pub value: f64,
}

/// The parts of a node, in order.
type Parts = (u16, u8, f32, u16, u16, f64);

impl From<Parts> for Node {
    fn from((column, missing_left, threshold, left, right, value): Parts) -> Self {
        Self { column, missing_left: missing_left != 0, threshold, left, right, value }
    }
}

impl From<Node> for Parts {
    fn from(node: Node) -> Self {
        (node.column, u8::from(node.missing_left), node.threshold, node.left, node.right, node.value)
    }
}

/// One tree; node 0 is the root.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tree {
    /// The nodes.
    pub nodes: Vec<Node>,
}

impl Tree {
    /// Whether every fork leads onward to nodes there are and asks for a column there is, so that scoring ends.
    #[must_use]
    pub fn is_sound(&self, columns: usize) -> bool {
        self.nodes.iter().enumerate().all(|(index, node)| {
            let onward = |child: u16| usize::from(child) > index && usize::from(child) < self.nodes.len();
            let leads = node.left == 0 || (onward(node.left) && onward(node.right));
            leads && usize::from(node.column) < columns.max(1) && node.value.is_finite()
        })
    }

    /// The score of one row.
    #[must_use]
    pub fn score(&self, row: &[f32]) -> f64 {
        let mut node = self.nodes.first();
        while let Some(fork) = node {
            if fork.left == 0 {
                return fork.value;
            }
            node = self.nodes.get(usize::from(fork.towards(row)));
        }
        0.0
    }

    /// Adds to `parts`, by column, how each fork on the row's path moved the score; returns where the path began.
    /// The beginning and the parts add up to the score.
    pub fn explain(&self, row: &[f32], parts: &mut [f64]) -> f64 {
        let Some(root) = self.nodes.first() else { return 0.0 };
        let mut node = root;
        while node.left != 0 {
            let Some(next) = self.nodes.get(usize::from(node.towards(row))) else { break };
            if let Some(part) = parts.get_mut(usize::from(node.column)) {
                *part += next.value - node.value;
            }
            node = next;
        }
        root.value
    }
}

impl Node {
    fn towards(&self, row: &[f32]) -> u16 {
        let value = row.get(usize::from(self.column)).copied().unwrap_or(f32::NAN);
        let left = if value.is_nan() { self.missing_left } else { value <= self.threshold };
        if left { self.left } else { self.right }
    }
}

/// Trees whose scores add up to log odds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Ensemble {
    /// Where every row begins.
    pub base: f64,
    /// The trees, in the order they were grown.
    pub trees: Vec<Tree>,
    /// The same, packed for scoring at the first score.
    #[serde(skip)]
    packed: OnceLock<Packed>,
}

impl PartialEq for Ensemble {
    fn eq(&self, other: &Self) -> bool {
        self.base == other.base && self.trees == other.trees
    }
}

impl Ensemble {
    /// Trees on a base.
    #[must_use]
    pub const fn of(base: f64, trees: Vec<Tree>) -> Self {
        Self { base, trees, packed: OnceLock::new() }
    }

    /// The log odds of one row: the trees' scores in their order.
    #[must_use]
    pub fn score(&self, row: &[f32]) -> f64 {
        self.packed.get_or_init(|| Packed::of(&self.trees)).score(self.base, row)
    }

    /// What every column adds to the log odds of a row, and where they begin; beginning and parts add up to the score.
    #[must_use]
    pub fn explain(&self, row: &[f32]) -> (f64, Vec<f64>) {
        let mut parts = vec![0.0; row.len()];
        let begin = self.trees.iter().fold(self.base, |sum, tree| sum + tree.explain(row, &mut parts));
        (begin, parts)
    }
}

/// All forks of an ensemble in one piece of twelve bytes each, all leaves in another: what a score needs fits into the
/// nearest memory, which the nodes with their averages do not.
#[derive(Clone, Debug, Default)]
struct Packed {
    forks: Vec<Fork>,
    leaves: Vec<f64>,
    roots: Vec<Root>,
}

#[derive(Clone, Copy, Debug)]
struct Fork {
    threshold: f32,
    /// The column; with [`MISSING_LEFT`], a row that does not know it goes left.
    column: u16,
    /// The next fork of this tree; with [`LEAF`], its leaf.
    left: u16,
    right: u16,
}

#[derive(Clone, Copy, Debug)]
struct Root {
    first: u16,
    forks: usize,
    leaves: usize,
}

const LEAF: u16 = 1 << 15;
const MISSING_LEFT: u16 = 1 << 15;

impl Packed {
    fn of(trees: &[Tree]) -> Self {
        let mut packed = Self::default();
        for tree in trees {
            let (forks, leaves) = (packed.forks.len(), packed.leaves.len());
            // Where each node went, numbered within the tree.
            let (mut fork, mut leaf) = (0_u16, 0_u16);
            let places: Vec<u16> = tree
                .nodes
                .iter()
                .map(|node| {
                    let next = if node.left == 0 { &mut leaf } else { &mut fork };
                    let place = *next | if node.left == 0 { LEAF } else { 0 };
                    *next += 1;
                    place
                })
                .collect();
            let place = |node: u16| places.get(usize::from(node)).copied().unwrap_or(LEAF);
            for node in &tree.nodes {
                if node.left == 0 {
                    packed.leaves.push(node.value);
                } else {
                    let column = node.column | if node.missing_left { MISSING_LEFT } else { 0 };
                    let (left, right) = (place(node.left), place(node.right));
                    packed.forks.push(Fork { threshold: node.threshold, column, left, right });
                }
            }
            packed.roots.push(Root { first: place(0), forks, leaves });
        }
        packed
    }

    fn score(&self, base: f64, row: &[f32]) -> f64 {
        self.roots.iter().fold(base, |sum, root| {
            let mut next = root.first;
            while next & LEAF == 0 {
                let Some(fork) = self.forks.get(root.forks + usize::from(next)) else { break };
                let value = row.get(usize::from(fork.column & !MISSING_LEFT)).copied().unwrap_or(f32::NAN);
                let left = if value.is_nan() { fork.column & MISSING_LEFT != 0 } else { value <= fork.threshold };
                next = if left { fork.left } else { fork.right };
            }
            sum + self.leaves.get(root.leaves + usize::from(next & !LEAF)).copied().unwrap_or(0.0)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fork(column: u16, missing_left: bool, threshold: f32, left: u16, right: u16) -> Node {
        Node { column, missing_left, threshold, left, right, value: 9.0 }
    }

    fn leaf(value: f64) -> Node {
        Node { column: 0, missing_left: false, threshold: 0.0, left: 0, right: 0, value }
    }

    #[test]
    fn packed_trees_score_to_the_bit_what_their_nodes_say() {
        let nodes = vec![
            fork(0, true, 1.0, 1, 2),
            leaf(0.1),
            fork(1, false, -2.5, 3, 4),
            fork(0, false, 7.0, 5, 6),
            leaf(0.7),
            leaf(-0.3),
            leaf(1e-9),
        ];
        let trees = vec![Tree { nodes }, Tree { nodes: vec![leaf(0.25)] }, Tree::default()];
        let ensemble = Ensemble::of(-4.0, trees.clone());
        for first in [f32::NAN, 0.0, 1.0, 5.0, 8.0] {
            for second in [f32::NAN, -3.0, -2.5, 0.0] {
                let row = [first, second];
                let plain = trees.iter().fold(-4.0, |sum, tree| sum + tree.score(&row));
                assert_eq!(ensemble.score(&row).to_bits(), plain.to_bits(), "{row:?}");
            }
        }
    }
}
