//! One authority, one payment.
fn pay_twice(authority: payments::PayerAuthority) {
    let first = payments::Command::Pay { authority };
    let second = payments::Command::Pay { authority };
}

fn main() {}
