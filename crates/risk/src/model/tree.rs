//! [`Tree`] and [`Ensemble`]: what is kept of a trained model, and how a row is scored with it.

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
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ensemble {
    /// Where every row begins.
    pub base: f64,
    /// The trees, in the order they were grown.
    pub trees: Vec<Tree>,
}

impl Ensemble {
    /// The log odds of one row.
    #[must_use]
    pub fn score(&self, row: &[f32]) -> f64 {
        self.trees.iter().fold(self.base, |sum, tree| sum + tree.score(row))
    }

    /// What every column adds to the log odds of a row, and where they begin; beginning and parts add up to the score.
    #[must_use]
    pub fn explain(&self, row: &[f32]) -> (f64, Vec<f64>) {
        let mut parts = vec![0.0; row.len()];
        let begin = self.trees.iter().fold(self.base, |sum, tree| sum + tree.explain(row, &mut parts));
        (begin, parts)
    }
}
