//! A signed refund is spent once.
type Refund = credentials::MerchantSigned<protocol::RefundBody>;

fn twice(signed: Refund) -> [Refund; 2] {
    [signed.clone(), signed]
}

fn main() {}
