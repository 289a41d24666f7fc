//! Growing one tree: the leaf that gains most is forked next, on histograms of gradients.
#![expect(clippy::indexing_slicing, reason = "row, bin and node numbers are made here, within the lengths made here")]

use super::matrix::Column;
use super::tree::{Node, Tree};

/// What a leaf needs before it is forked, and how far it may go.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Leaves of one tree.
    pub leaves: usize,
    /// Forks from root to leaf.
    pub depth: usize,
    /// Weight of rows a leaf needs.
    pub rows_min: f64,
    /// Pull of every leaf to zero.
    pub lambda: f64,
    /// What a leaf's score is multiplied with.
    pub rate: f64,
    /// The gain a fork needs.
    pub gain_min: f64,
}

/// Gradient, curvature and weight, added up.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    gradient: f64,
    curvature: f64,
    rows: f64,
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.gradient += other.gradient;
        self.curvature += other.curvature;
        self.rows += other.rows;
    }

    fn less(self, other: Self) -> Self {
        Self {
            gradient: self.gradient - other.gradient,
            curvature: self.curvature - other.curvature,
            rows: self.rows - other.rows,
        }
    }

    fn score(self, shape: &Shape, bounds: (f64, f64)) -> f64 {
        (-self.gradient / (self.curvature + shape.lambda)).clamp(-4.0, 4.0).clamp(bounds.0, bounds.1)
    }

    /// What the loss falls by when the rows take this score.
    fn fall(self, shape: &Shape, score: f64) -> f64 {
        -(self.gradient * score + 0.5 * (self.curvature + shape.lambda) * score * score)
    }
}

/// The best fork of a leaf.
#[derive(Clone, Copy, Debug)]
struct Fork {
    gain: f64,
    column: usize,
    bin: u16,
    missing_left: bool,
    left: Sum,
    right: Sum,
}

struct Leaf {
    node: usize,
    rows: Vec<u32>,
    sum: Sum,
    depth: usize,
    bounds: (f64, f64),
    sums: Vec<Vec<Sum>>,
    fork: Option<Fork>,
}

/// What a tree is grown from.
pub struct Ground<'a> {
    /// All columns.
    pub columns: &'a [Column],
    /// Whether a column may only raise the score.
    pub up: &'a [bool],
    /// The columns this tree may use.
    pub chosen: Vec<usize>,
    /// Gradient of each row.
    pub gradients: &'a [f64],
    /// Curvature of each row.
    pub curvatures: &'a [f64],
    /// Shape of the tree.
    pub shape: Shape,
}

impl Ground<'_> {
    /// Grows a tree on these rows.
    #[must_use]
    pub fn grow(&self, rows: Vec<u32>) -> Tree {
        let mut tree = Tree::default();
        let mut leaves = vec![self.root(rows, &mut tree)];
        while leaves.len() < self.shape.leaves {
            let best = (0..leaves.len())
                .filter_map(|index| Some((index, leaves[index].fork?)))
                .max_by(|(_, a), (_, b)| a.gain.total_cmp(&b.gain));
            let Some((index, fork)) = best else { break };
            let leaf = leaves.swap_remove(index);
            let (left, right) = self.split(leaf, fork, &mut tree);
            leaves.push(left);
            leaves.push(right);
        }
        for node in &mut tree.nodes {
            node.value *= self.shape.rate;
        }
        tree
    }

    fn root(&self, rows: Vec<u32>, tree: &mut Tree) -> Leaf {
        let sums = self.histograms(&rows);
        let mut sum = Sum::default();
        for row in &rows {
            sum.add(self.of(*row));
        }
        let bounds = (f64::NEG_INFINITY, f64::INFINITY);
        let node = self.place(tree, sum, bounds);
        let fork = self.best(&sums, sum, bounds);
        Leaf { node, rows, sum, depth: 0, bounds, sums, fork }
    }

    fn of(&self, row: u32) -> Sum {
        let row = row as usize;
        Sum { gradient: self.gradients[row], curvature: self.curvatures[row], rows: 1.0 }
    }

    fn place(&self, tree: &mut Tree, sum: Sum, bounds: (f64, f64)) -> usize {
        let value = sum.score(&self.shape, bounds);
        tree.nodes.push(Node { column: 0, missing_left: false, threshold: 0.0, left: 0, right: 0, value });
        tree.nodes.len() - 1
    }

    fn histograms(&self, rows: &[u32]) -> Vec<Vec<Sum>> {
        let one = |column: &usize| {
            let column = &self.columns[*column];
            let mut sums = vec![Sum::default(); column.width()];
            for row in rows {
                sums[usize::from(column.bins[*row as usize])].add(self.of(*row));
            }
            sums
        };
        self.chosen.iter().map(one).collect()
    }

    fn split(&self, leaf: Leaf, fork: Fork, tree: &mut Tree) -> (Leaf, Leaf) {
        let column = &self.columns[fork.column];
        let goes_left = |row: &u32| {
            let bin = column.bins[*row as usize];
            if bin == 0 { fork.missing_left } else { bin <= fork.bin }
        };
        let (left_rows, right_rows): (Vec<u32>, Vec<u32>) = leaf.rows.iter().partition(|row| goes_left(row));
        let (mut left_bounds, mut right_bounds) = (leaf.bounds, leaf.bounds);
        if self.up[fork.column] {
            let halfway =
                f64::midpoint(fork.left.score(&self.shape, leaf.bounds), fork.right.score(&self.shape, leaf.bounds));
            left_bounds.1 = halfway;
            right_bounds.0 = halfway;
        }
        let left = self.place(tree, fork.left, left_bounds);
        let right = self.place(tree, fork.right, right_bounds);
        let node = &mut tree.nodes[leaf.node];
        node.column = fork.column as u16;
        node.missing_left = fork.missing_left;
        node.threshold = column.edges.get(usize::from(fork.bin) - 1).copied().unwrap_or(f32::MAX);
        (node.left, node.right) = (left as u16, right as u16);
        let smaller_left = left_rows.len() <= right_rows.len();
        let small = self.histograms(if smaller_left { &left_rows } else { &right_rows });
        let large = rest(leaf.sums, &small);
        let (left_sums, right_sums) = if smaller_left { (small, large) } else { (large, small) };
        let depth = leaf.depth + 1;
        let child = |node, rows, sum, bounds, sums: Vec<Vec<Sum>>| {
            let fork = if depth < self.shape.depth { self.best(&sums, sum, bounds) } else { None };
            Leaf { node, rows, sum, depth, bounds, sums, fork }
        };
        debug_assert!(leaf.sum.rows >= fork.left.rows, "a part is not more than the whole");
        (
            child(left, left_rows, fork.left, left_bounds, left_sums),
            child(right, right_rows, fork.right, right_bounds, right_sums),
        )
    }

    fn best(&self, sums: &[Vec<Sum>], whole: Sum, bounds: (f64, f64)) -> Option<Fork> {
        let parent = whole.fall(&self.shape, whole.score(&self.shape, bounds));
        let mut best: Option<Fork> = None;
        for (column, sums) in self.chosen.iter().zip(sums) {
            let missing = sums[0];
            let mut below = Sum::default();
            for (bin, here) in sums.iter().enumerate().skip(1) {
                below.add(*here);
                for missing_left in [false, true] {
                    if missing_left && missing.rows == 0.0 {
                        continue;
                    }
                    let mut left = below;
                    if missing_left {
                        left.add(missing);
                    }
                    let right = whole.less(left);
                    if left.rows < self.shape.rows_min || right.rows < self.shape.rows_min {
                        continue;
                    }
                    let (low, high) = (left.score(&self.shape, bounds), right.score(&self.shape, bounds));
                    if self.up[*column] && high < low {
                        continue;
                    }
                    let gain = left.fall(&self.shape, low) + right.fall(&self.shape, high) - parent;
                    if gain > best.map_or(self.shape.gain_min, |best| best.gain) {
                        best = Some(Fork { gain, column: *column, bin: bin as u16, missing_left, left, right });
                    }
                }
            }
        }
        best
    }
}

/// The histograms of the larger child: the parent's less the smaller child's.
fn rest(mut parent: Vec<Vec<Sum>>, small: &[Vec<Sum>]) -> Vec<Vec<Sum>> {
    for (parent, small) in parent.iter_mut().zip(small) {
        for (parent, small) in parent.iter_mut().zip(small) {
            *parent = parent.less(*small);
        }
    }
    parent
}
