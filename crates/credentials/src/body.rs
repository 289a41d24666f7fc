//! Why a signed body cannot be read, when its amount is to blame.

use money::{Currency, ReasonCode};
use protocol::CanonicalError;
use serde::{Deserialize, Deserializer, de::Visitor};

/// 2⁵³ − 1, the largest integer every JSON reader keeps (RFC 8259 §6).
const MINOR_MAX: u64 = 9_007_199_254_740_991;

/// The code for a body that `error` refused: looks at the member `amount` of `bytes` and gives its own code where the
/// sum is what is wrong, else `request.not_canonical` or `request.malformed`.
///
/// Call it only for a caller that has proven itself.
#[must_use]
pub fn body_reason(error: &CanonicalError, bytes: &[u8]) -> ReasonCode {
    match error {
        CanonicalError::NotCanonical => ReasonCode::RequestNotCanonical,
        CanonicalError::Malformed(_) => amount_reason(bytes).unwrap_or(ReasonCode::RequestMalformed),
    }
}

fn amount_reason(bytes: &[u8]) -> Option<ReasonCode> {
    #[derive(Deserialize)]
    struct Body {
        amount: Option<Shape>,
    }
    // A body without the member, or with it twice, has another fault.
    let body: Body = serde_json::from_slice(bytes).ok()?;
    match body.amount {
        None => is_null_amount(bytes).then_some(ReasonCode::AmountMalformed),
        Some(shape) => shape.reason(),
    }
}

/// Tells `"amount":null` from no such member, which an `Option` cannot.
fn is_null_amount(bytes: &[u8]) -> bool {
    let value: Option<serde_json::Value> = serde_json::from_slice(bytes).ok();
    value.is_some_and(|value| value.get("amount").is_some())
}

/// What stands where a sum, or its minor units, should.
enum Shape {
    Integer { fits: bool },
    Fraction,
    Object(Parts),
    Other,
}

#[derive(Default)]
struct Parts {
    minor: Option<Box<Shape>>,
    currency: Option<serde_json::Value>,
}

impl Shape {
    fn reason(self) -> Option<ReasonCode> {
        match self {
            Self::Other | Self::Integer { fits: true } => Some(ReasonCode::AmountMalformed),
            Self::Integer { fits: false } => Some(ReasonCode::AmountOverflow),
            Self::Fraction => Some(ReasonCode::AmountFractional),
            Self::Object(parts) => parts.reason(),
        }
    }
}

impl Parts {
    /// `None` when both parts are good: then something else in the body is not.
    fn reason(self) -> Option<ReasonCode> {
        match self.minor.map(|minor| *minor) {
            Some(Shape::Integer { fits: true }) => {}
            Some(Shape::Object(_)) | None => return Some(ReasonCode::AmountMalformed),
            Some(other) => return other.reason(),
        }
        match self.currency {
            Some(serde_json::Value::String(code)) => {
                Currency::from_code(&code).is_err().then_some(ReasonCode::AmountWrongCurrency)
            }
            _ => Some(ReasonCode::AmountMalformed),
        }
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShapeVisitor)
    }
}

struct ShapeVisitor;

impl<'de> Visitor<'de> for ShapeVisitor {
    type Value = Shape;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("anything")
    }

    fn visit_u64<E>(self, value: u64) -> Result<Shape, E> {
        Ok(Shape::Integer { fits: value <= MINOR_MAX })
    }

    fn visit_i64<E>(self, value: i64) -> Result<Shape, E> {
        Ok(Shape::Integer { fits: value.unsigned_abs() <= MINOR_MAX })
    }

    fn visit_f64<E>(self, value: f64) -> Result<Shape, E> {
        // WHY: an integer beyond 64 bits comes here too; whatever is at least 2⁵³ is first of all too large.
        const LIMIT: f64 = 9_007_199_254_740_992.0;
        Ok(if value.abs() >= LIMIT { Shape::Integer { fits: false } } else { Shape::Fraction })
    }

    fn visit_bool<E>(self, _: bool) -> Result<Shape, E> {
        Ok(Shape::Other)
    }

    fn visit_str<E>(self, _: &str) -> Result<Shape, E> {
        Ok(Shape::Other)
    }

    fn visit_unit<E>(self) -> Result<Shape, E> {
        Ok(Shape::Other)
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut list: A) -> Result<Shape, A::Error> {
        while list.next_element::<serde::de::IgnoredAny>()?.is_some() {}
        Ok(Shape::Other)
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Shape, A::Error> {
        let mut parts = Parts::default();
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "minor" => parts.minor = Some(map.next_value()?),
                "currency" => parts.currency = Some(map.next_value()?),
                _ => drop(map.next_value::<serde::de::IgnoredAny>()?),
            }
        }
        Ok(Shape::Object(parts))
    }
}
