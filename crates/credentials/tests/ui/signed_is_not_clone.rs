//! An authority to pay is spent once.
fn twice(signed: credentials::SignedPayment) -> [credentials::SignedPayment; 2] {
    [signed.clone(), signed]
}

fn main() {}
