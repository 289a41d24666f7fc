//! The constructor is the verifier's.
fn main() {
    let _ = credentials::Signed::<protocol::PayBody>::new;
}
