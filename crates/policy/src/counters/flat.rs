//! Buckets as one list of numbers: they are read, written, compressed and hashed with every payment, and most say only
//! how long after the one before them how much was paid.

use money::{Currency, Instant};
use serde::de::{Error, SeqAccess, Visitor, value::SeqAccessDeserializer};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::tally::{Bucket, Buckets, Step};

/// A number follows for each bit, in the order of the bits; without it the part is as in [`plain`].
mod told {
    pub(super) const FLOOR: i64 = 1;
    pub(super) const COUNT: i64 = 1 << 1;
    pub(super) const MADE: i64 = 1 << 2;
    /// The currency's number (ISO 4217), or [`super::NO_CURRENCY`].
    pub(super) const CURRENCY: i64 = 1 << 3;
    /// No number follows.
    pub(super) const MIXED: i64 = 1 << 4;
    pub(super) const ALL: i64 = FLOOR | COUNT | MADE | CURRENCY | MIXED;
}

/// In the place of a currency's number.
const NO_CURRENCY: i64 = -1;

/// One payment at `at`, in the currency of the bucket before it.
fn plain(at: i64, add: i64, currency: Option<Currency>) -> Bucket {
    let step = Step { add, count: 1, currency, ..Step::default() };
    Bucket { at: Instant::from_unix_millis(at), made: None, step }
}

impl Serialize for Buckets {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        let (mut last, mut currency) = (0_i64, None);
        for Bucket { at, made, step } in self.iter() {
            let at = at.unix_millis();
            let parts = [
                (told::FLOOR, step.floor != 0, step.floor),
                (told::COUNT, step.count != 1, step.count),
                (told::MADE, made.is_some(), made.map_or(0, Instant::unix_millis)),
                (
                    told::CURRENCY,
                    step.currency != currency,
                    step.currency.map_or(NO_CURRENCY, |is| is.numeric().into()),
                ),
            ];
            let shape = parts.iter().filter(|(_, is, _)| *is).fold(0, |shape, (bit, ..)| shape | bit);
            list.serialize_element(&(shape | if step.mixed { told::MIXED } else { 0 }))?;
            // Wrapping, so that what is read is what was written, however far apart they are.
            list.serialize_element(&at.wrapping_sub(last))?;
            list.serialize_element(&step.add)?;
            for (.., number) in parts.iter().filter(|(_, is, _)| *is) {
                list.serialize_element(number)?;
            }
            (last, currency) = (at, step.currency);
        }
        list.end()
    }
}

impl<'de> Deserialize<'de> for Buckets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(List).map(Self::in_order)
    }
}

/// One element: a number of this form, or a whole bucket, as they were written before.
enum Part {
    Number(i64),
    Bucket(Bucket),
}

struct List;

impl<'de> Visitor<'de> for List {
    type Value = Vec<Bucket>;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("buckets")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<Bucket>, A::Error> {
        let (mut buckets, mut last, mut currency) = (Vec::new(), 0_i64, None);
        while let Some(part) = list.next_element()? {
            let bucket = match part {
                Part::Bucket(bucket) => bucket,
                Part::Number(shape) => one(&mut list, shape, last, currency)?,
            };
            (last, currency) = (bucket.at.unix_millis(), bucket.step.currency);
            buckets.push(bucket);
        }
        Ok(buckets)
    }
}

fn one<'de, A: SeqAccess<'de>>(
    list: &mut A,
    shape: i64,
    last: i64,
    currency: Option<Currency>,
) -> Result<Bucket, A::Error> {
    if shape & !told::ALL != 0 {
        return Err(A::Error::custom("a bucket of another form"));
    }
    let mut number = || list.next_element::<i64>()?.ok_or_else(|| A::Error::custom("a bucket that ends early"));
    let mut bucket = plain(last.wrapping_add(number()?), number()?, currency);
    if shape & told::FLOOR != 0 {
        bucket.step.floor = number()?;
    }
    if shape & told::COUNT != 0 {
        bucket.step.count = number()?;
    }
    if shape & told::MADE != 0 {
        bucket.made = Some(Instant::from_unix_millis(number()?));
    }
    if shape & told::CURRENCY != 0 {
        let unknown = || A::Error::custom("an unknown currency");
        let of = |number| u16::try_from(number).ok().and_then(|number| Currency::from_numeric(number).ok());
        bucket.step.currency = match number()? {
            NO_CURRENCY => None,
            number => Some(of(number).ok_or_else(unknown)?),
        };
    }
    bucket.step.mixed = shape & told::MIXED != 0;
    Ok(bucket)
}

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OnePart)
    }
}

struct OnePart;

impl<'de> Visitor<'de> for OnePart {
    type Value = Part;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("a number or a bucket")
    }

    fn visit_i64<E>(self, number: i64) -> Result<Part, E> {
        Ok(Part::Number(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Part, E> {
        i64::try_from(number).map(Part::Number).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Part, A::Error> {
        Bucket::deserialize(SeqAccessDeserializer::new(list)).map(Part::Bucket)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn currency() -> impl Strategy<Value = Option<Currency>> {
        prop_oneof![Just(Some(Currency::KRW)), Just(Some(Currency::USD)), Just(None)]
    }

    fn bucket() -> impl Strategy<Value = Bucket> {
        let number = || prop_oneof![3 => 0..100_000_i64, 1 => any::<i64>()];
        let made = proptest::option::weighted(0.2, any::<i64>());
        (any::<i64>(), made, number(), number(), 0..3_i64, currency(), any::<bool>()).prop_map(
            |(at, made, add, floor, count, currency, mixed)| Bucket {
                at: Instant::from_unix_millis(at),
                made: made.map(Instant::from_unix_millis),
                step: Step { add, floor, count, currency, mixed },
            },
        )
    }

    proptest! {
        #[test]
        fn buckets_are_read_as_they_were_written(buckets in proptest::collection::vec(bucket(), 0..20)) {
            let buckets = Buckets::in_order(buckets);
            let text = serde_json::to_string(&buckets).unwrap();
            prop_assert_eq!(serde_json::from_str::<Buckets>(&text).unwrap(), buckets);
        }

        #[test]
        fn whatever_is_read_never_panics(numbers in proptest::collection::vec(any::<i64>(), 0..20)) {
            let _ = serde_json::from_value::<Buckets>(serde_json::json!(numbers));
        }

        #[test]
        fn buckets_of_before_are_still_read(buckets in proptest::collection::vec(bucket(), 0..20)) {
            let text = serde_json::to_string(&buckets).unwrap();
            prop_assert_eq!(serde_json::from_str::<Buckets>(&text).unwrap(), Buckets::in_order(buckets));
        }
    }

    #[test]
    fn a_payment_is_three_numbers() {
        let buckets = Buckets::in_order(vec![
            plain(1_764_000_000_000, 4_500, Some(Currency::KRW)),
            plain(1_764_000_060_000, 1_200, Some(Currency::KRW)),
        ]);
        let text = serde_json::to_string(&buckets).unwrap();
        assert_eq!(text, "[8,1764000000000,4500,410,0,60000,1200]");
    }

    #[test]
    fn what_is_no_list_of_buckets_is_refused() {
        for text in [
            "[32,0,0]",
            "[0,1]",
            "[0]",
            "[8,0,0,1]",
            "[8,0,0,70000]",
            "[1.5]",
            "[\"0\",0,0]",
            "[0,0,18446744073709551615]",
        ] {
            assert!(serde_json::from_str::<Buckets>(text).is_err(), "{text}");
        }
    }
}
