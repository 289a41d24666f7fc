//! A command comes from verified parts, never from text.
fn main() {
    let admitted: payments::Admitted = serde_json::from_str("{}").unwrap();
}
