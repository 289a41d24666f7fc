//! Only `decide` makes decisions.
fn main() {
    let decision = payments::Decision { outcome: Err(money::ReasonCode::FundsInsufficient.into()), changes: vec![] };
}
