//! What a UPI app says when it hands back to the shop: a claim, never a proof of payment.

use crate::limits;

/// What an app claims. Only the payee's own bank can say that money came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpiClaim {
    /// It says that it paid.
    Success,
    /// It says that the payment is on its way: not paid.
    Pending,
    /// It says that the payment failed.
    Failure,
    /// It said nothing: the payer went back.
    Cancelled,
    /// It says something else, or contradicts itself: not paid.
    Unknown,
}

impl UpiClaim {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Pending => "pending",
            Self::Failure => "failure",
            Self::Cancelled => "cancelled",
            Self::Unknown => "unknown",
        }
    }
}

/// An app's answer (NPCI UPI linking specification, "response"): `txnId=…&responseCode=…&Status=…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpiAnswer {
    fields: Vec<(String, String)>,
}

impl UpiAnswer {
    /// Reads an answer; names in any case, values as they stand.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let pairs = text.trim().split('&').filter(|pair| !pair.is_empty()).take(limits::LINK_FIELDS_MAX);
        let field = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (name.trim().to_ascii_lowercase(), value.to_owned())
        };
        Self { fields: pairs.map(field).collect() }
    }

    /// The first field of this name, in lower case.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// What it claims. An answer that names two statuses, or a success beside another response code than `00`,
    /// claims nothing.
    #[must_use]
    pub fn claim(&self) -> UpiClaim {
        // WHY: Android hands a missing string over as the word `null`.
        let said_nothing = match self.fields.as_slice() {
            [] => true,
            [(name, value)] => name == "null" && value.is_empty(),
            _ => false,
        };
        if said_nothing {
            return UpiClaim::Cancelled;
        }
        let mut statuses = self.fields.iter().filter(|(name, _)| name == "status").map(|(_, value)| value.trim());
        let (Some(status), None) = (statuses.next(), statuses.next()) else { return UpiClaim::Unknown };
        let code = self.field("responsecode").map_or("", str::trim);
        match status.to_ascii_uppercase().as_str() {
            "SUCCESS" if matches!(code, "" | "0" | "00") => UpiClaim::Success,
            "SUBMITTED" | "PENDING" => UpiClaim::Pending,
            "FAILURE" | "FAILED" => UpiClaim::Failure,
            _ => UpiClaim::Unknown,
        }
    }
}
