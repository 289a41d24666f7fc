//! A merchant's permit comes from a presented key only.
fn forge(payee: money::PayeeId) -> credentials::MerchantPermit {
    credentials::MerchantPermit { payee }
}

fn main() {}
