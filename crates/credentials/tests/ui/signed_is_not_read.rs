//! An authority to pay is never read from bytes.
fn main() {
    let _: credentials::SignedPayment = serde_json::from_str("{}").unwrap();
}
