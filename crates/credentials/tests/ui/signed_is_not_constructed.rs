//! An authority to pay comes from the verifier only.
fn forge(body: protocol::PayBody, like: credentials::SignedPayment) -> credentials::SignedPayment {
    credentials::Signed { body, ..like }
}

fn main() {}
