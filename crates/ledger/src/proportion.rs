//! Cutting a growing sum into parts that only ever grow.

/// The parts of the first `sum` units of a whole that is made of `weights`: they add up to `sum`, each grows
/// with it, and the whole gives back the weights themselves.
///
/// Sainte-Laguë's rule (the highest averages of `weight / (2 · given + 1)`, ties to the earlier part).
/// WHY: dividing each cumulative sum by largest remainder would not do — with three or more parts one of them may
/// shrink when the sum grows (the Alabama paradox), and a refund would take money back from somebody who was
/// refunded earlier. For one or two parts the two rules agree.
///
/// `sum` is within zero and the total of the weights, which fits 64 bits; no weight is negative.
pub(crate) fn cumulative_shares(sum: i64, weights: &[i64]) -> Vec<i64> {
    let whole: i128 = weights.iter().map(|&weight| i128::from(weight)).fold(0, i128::saturating_add).max(1);
    let wanted = i128::from(sum);
    let mut parts: Vec<i128> = weights.iter().map(|&weight| rounded(wanted, i128::from(weight), whole)).collect();
    // INVARIANT: rounding errs by at most half a unit a part, so this loop ends within half as many steps as parts.
    loop {
        let given = parts.iter().copied().fold(0, i128::saturating_add);
        let (index, step) = match given.cmp(&wanted) {
            std::cmp::Ordering::Equal => break,
            std::cmp::Ordering::Less => (next_to_gain(&parts, weights), 1),
            std::cmp::Ordering::Greater => (next_to_lose(&parts, weights), -1),
        };
        match index.and_then(|index| parts.get_mut(index)) {
            Some(part) => *part = part.saturating_add(step),
            None => break,
        }
    }
    parts.into_iter().map(|part| i64::try_from(part).unwrap_or(i64::MAX)).collect()
}

/// `wanted · weight / whole`, halves up.
fn rounded(wanted: i128, weight: i128, whole: i128) -> i128 {
    let product = wanted.saturating_mul(weight);
    let quotient = product.checked_div(whole).unwrap_or(0);
    let rest = product.checked_rem(whole).unwrap_or(0);
    if rest >= whole.saturating_sub(rest) { quotient.saturating_add(1) } else { quotient }
}

/// The part with the least `(2 · given + 1) / weight`, the earlier of equals.
fn next_to_gain(parts: &[i128], weights: &[i64]) -> Option<usize> {
    let candidates = priorities(parts, weights, 1);
    candidates.min_by(|a, b| a.1.saturating_mul(b.2).cmp(&b.1.saturating_mul(a.2))).map(|(index, ..)| index)
}

/// The part with the greatest `(2 · given − 1) / weight`, the later of equals.
fn next_to_lose(parts: &[i128], weights: &[i64]) -> Option<usize> {
    let candidates = priorities(parts, weights, -1);
    candidates.max_by(|a, b| a.1.saturating_mul(b.2).cmp(&b.1.saturating_mul(a.2))).map(|(index, ..)| index)
}

/// For every part that has a weight: its index, `2 · given + step` and its weight. 2⁶⁴ × 2⁶³ fits 127 bits.
fn priorities<'a>(parts: &'a [i128], weights: &'a [i64], step: i128) -> impl Iterator<Item = (usize, i128, i128)> + 'a {
    let weighted = parts.iter().zip(weights).enumerate().filter(|(_, (_, weight))| **weight > 0);
    weighted
        .map(move |(index, (part, weight))| (index, part.saturating_mul(2).saturating_add(step), i128::from(*weight)))
}
