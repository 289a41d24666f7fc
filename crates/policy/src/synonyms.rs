//! Other spellings a request may use.

/// Other words for one of a `Shape::Choice`.
pub(crate) const SYNONYMS: &[(&str, &str)] = &[
    ("dispute", "claim"),
    ("purchase", "payment"),
    ("pay", "payment"),
    ("transfer_out", "payment"),
    ("debit", "payment"),
    ("raise_limit", "limit_change"),
    ("limit_up", "limit_change"),
    ("limit_down", "limit_change"),
    ("topup", "top_up"),
    ("contactless", "contactless_card"),
    ("online", "remote"),
    ("pg", "carrier_bill_pg"),
    ("carrier_bill", "carrier_bill_pg"),
    ("carrier_billing", "carrier_bill_pg"),
    ("phone_bill", "carrier_bill_pg"),
    ("direct_carrier_billing", "carrier_bill_app_store"),
    ("static_qr", "qr_static"),
    ("dynamic_qr", "qr_dynamic"),
    ("nfc", "contactless_phone"),
    ("ecommerce", "remote"),
    ("e_commerce", "remote"),
    ("bank_transfer", "transfer"),
    ("credit_transfer", "transfer"),
    ("mobile_banking", "transfer"),
    ("app_store", "carrier_bill_app_store"),
    ("pix", "transfer"),
    ("out", "outgoing"),
    ("in", "incoming"),
    ("initial", "first"),
    ("later", "subsequent"),
    ("individual", "consumer"),
    ("company", "business"),
    ("approved", "committed"),
    ("permitted", "committed"),
    ("captured", "committed"),
    ("denied", "refused"),
    ("declined", "refused"),
    ("unauthorized", "unauthorised"),
    ("fraud", "scam"),
    ("wrong_key", "wrong_details"),
    ("app_scam", "scam"),
    ("theft", "lost_or_stolen"),
    ("withdrawal", "cash_out"),
    ("transit", "transport"),
];

/// Carriers, by what else they are called.
pub(crate) const CARRIERS: &[(&str, &str)] = &[
    ("lgu+", "lgu"),
    ("lg_u+", "lgu"),
    ("lguplus", "lgu"),
    ("lg_uplus", "lgu"),
    ("lg_u_plus", "lgu"),
    ("sk_telecom", "skt"),
    ("ntt_docomo", "docomo"),
    ("kddi", "au"),
    ("y!mobile", "softbank"),
    ("ymobile", "softbank"),
    ("soft_bank", "softbank"),
];

/// A bill that closes with the month.
pub(crate) const MONTH_END: &[&str] = &["end", "month_end", "end_of_month", "last", "last_day"];

/// Tables that may stand as a name alone, and the fact that the name is.
pub(crate) const NAMES: &[(&str, &str)] =
    &[("device", "operation.device"), ("instrument", "operation.instrument"), ("payer", "payer.id")];
