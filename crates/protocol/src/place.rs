//! Where codes stand and are scanned: the serial printed on a registered code, a coarse cell of the map, and what a
//! phone says about the place of a scan.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::limits;

/// The serial of a registered sticker or terminal: 1 to 16 characters of `[A-Z0-9-]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Serial([u8; SERIAL_CHARS_MAX]);

/// Characters of a serial.
const SERIAL_CHARS_MAX: usize = 16;

/// Why text is no serial, cell or place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// Not a serial.
    #[error("a serial is 1 to 16 characters of A-Z, 0-9 and `-`")]
    Serial,
    /// Not a cell.
    #[error("a cell is a geohash of seven characters")]
    Cell,
    /// Not the name of a counter.
    #[error("a counter is 1 to 16 characters of a-z, 0-9 and `-`")]
    Counter,
    /// Too many marks.
    #[error("surroundings have more than 8 marks")]
    Surroundings,
}

impl Serial {
    /// Its characters, padded with zeros: the id of its row.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; SERIAL_CHARS_MAX] {
        &self.0
    }

    fn text(&self) -> &str {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(SERIAL_CHARS_MAX);
        self.0.get(..end).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

impl FromStr for Serial {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let fits = (1..=SERIAL_CHARS_MAX).contains(&text.len())
            && text.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'-'));
        if !fits {
            return Err(PlaceError::Serial);
        }
        let mut bytes = [0; SERIAL_CHARS_MAX];
        bytes.iter_mut().zip(text.bytes()).for_each(|(slot, byte)| *slot = byte);
        Ok(Self(bytes))
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl TryFrom<String> for Serial {
    type Error = PlaceError;

    fn try_from(text: String) -> Result<Self, PlaceError> {
        text.parse()
    }
}

impl From<Serial> for String {
    fn from(serial: Serial) -> Self {
        serial.to_string()
    }
}

/// The name of a counter, as it stands in a sticker: 1 to 16 characters of `[a-z0-9-]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CounterName(String);

impl CounterName {
    /// Its characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CounterName {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let fits = (1..=SERIAL_CHARS_MAX).contains(&text.len())
            && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        if fits { Ok(Self(text.to_owned())) } else { Err(PlaceError::Counter) }
    }
}

impl fmt::Display for CounterName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for CounterName {
    type Error = PlaceError;

    fn try_from(text: String) -> Result<Self, PlaceError> {
        text.parse()
    }
}

impl From<CounterName> for String {
    fn from(name: CounterName) -> Self {
        name.0
    }
}

/// A cell of the map, about 150 m wide: a geohash of exactly seven characters. Coarse by construction: nothing finer
/// can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cell {
    /// 17 bits of latitude, from the south.
    row: u32,
    /// 18 bits of longitude, from the west.
    column: u32,
}

const DIGITS: &[u8; 32] = b"0123456789bcdefghjkmnpqrstuvwxyz";
const CELL_CHARS: usize = 7;
const ROWS: u32 = 1 << 17;
const COLUMNS: u32 = 1 << 18;
/// Millimetres from one row to the next: half the way round the earth over the poles, 20 003.9 km, in 2^17 parts.
const ROW_MILLIMETRES: u64 = 152_618;
/// The cosine, in thousandths, at the higher end of each ten degrees of latitude: a width taken from it is never too
/// long.
const COSINES: [u64; 9] = [984, 939, 866, 766, 642, 500, 342, 173, 0];

impl Cell {
    /// The cell in this row (from the south, below 2^17) and column (from the west, below 2^18).
    #[must_use]
    pub const fn at(row: u32, column: u32) -> Option<Self> {
        if row < ROWS && column < COLUMNS { Some(Self { row, column }) } else { None }
    }

    /// Its row and column.
    #[must_use]
    pub const fn indexes(self) -> (u32, u32) {
        (self.row, self.column)
    }

    /// Its characters, padded with zeros: the id of its row.
    #[must_use]
    pub fn id(self) -> [u8; 16] {
        let mut id = [0; 16];
        id.iter_mut().zip(self.to_string().bytes()).for_each(|(slot, byte)| *slot = byte);
        id
    }

    /// How far two cells are apart at the least, in metres; 0 for the same and for neighbours.
    #[must_use]
    pub fn metres_apart(self, other: Self) -> u64 {
        let rows = u64::from(self.row.abs_diff(other.row).saturating_sub(1));
        let direct = self.column.abs_diff(other.column);
        // Across the date line it may be shorter the other way.
        let columns = u64::from(direct.min(COLUMNS.saturating_sub(direct)).saturating_sub(1));
        let latitude = |row: u32| row.abs_diff(ROWS / 2);
        let farthest = u64::from(latitude(self.row).max(latitude(other.row)));
        let band = farthest.saturating_mul(18).checked_div(u64::from(ROWS)).unwrap_or(0);
        let cosine = usize::try_from(band).ok().and_then(|band| COSINES.get(band)).copied().unwrap_or(0);
        let north = rows.saturating_mul(ROW_MILLIMETRES);
        // At the equator a column is as wide as a row is high.
        let east = columns.saturating_mul(ROW_MILLIMETRES).saturating_mul(cosine).checked_div(1000).unwrap_or(0);
        let squares = north.saturating_mul(north).saturating_add(east.saturating_mul(east));
        squares.isqrt().checked_div(1000).unwrap_or(0)
    }
}

impl FromStr for Cell {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        if text.len() != CELL_CHARS {
            return Err(PlaceError::Cell);
        }
        let (mut row, mut column) = (0_u32, 0_u32);
        let mut east = true;
        for byte in text.bytes() {
            let digit = DIGITS.iter().position(|digit| *digit == byte).ok_or(PlaceError::Cell)?;
            for bit in (0_u32..5).rev() {
                let set = u32::from((digit >> bit) & 1 == 1);
                let axis = if east { &mut column } else { &mut row };
                *axis = (*axis << 1_u32) | set;
                east = !east;
            }
        }
        Ok(Self { row, column })
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut rows, mut columns) = (17_u32, 18_u32);
        let mut east = true;
        for _ in 0..CELL_CHARS {
            let mut digit = 0_usize;
            for _ in 0..5 {
                let (axis, left) = if east { (self.column, &mut columns) } else { (self.row, &mut rows) };
                *left = left.saturating_sub(1);
                digit = (digit << 1_u32) | usize::from((axis >> *left) & 1 == 1);
                east = !east;
            }
            let byte = DIGITS.get(digit).copied().unwrap_or(b'0');
            std::fmt::Write::write_char(f, char::from(byte))?;
        }
        Ok(())
    }
}

impl TryFrom<String> for Cell {
    type Error = PlaceError;

    fn try_from(text: String) -> Result<Self, PlaceError> {
        text.parse()
    }
}

impl From<Cell> for String {
    fn from(cell: Cell) -> Self {
        cell.to_string()
    }
}

/// What can be seen around a place: a few marks of 16 bits, each made by the phone or the shop from the name of a
/// network or beacon in reach. Too short to tell which network it was, long enough to see that none is the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<u16>", into = "Vec<u16>")]
pub struct Surroundings(Vec<u16>);

impl Surroundings {
    /// Its marks, each once, in order.
    #[must_use]
    pub fn marks(&self) -> &[u16] {
        &self.0
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many marks both have.
    #[must_use]
    pub fn shared(&self, other: &Self) -> usize {
        self.0.iter().filter(|mark| other.0.binary_search(mark).is_ok()).count()
    }
}

impl TryFrom<Vec<u16>> for Surroundings {
    type Error = PlaceError;

    fn try_from(mut marks: Vec<u16>) -> Result<Self, PlaceError> {
        if marks.len() > limits::SURROUNDINGS_MAX {
            return Err(PlaceError::Surroundings);
        }
        marks.sort_unstable();
        marks.dedup();
        Ok(Self(marks))
    }
}

impl From<Surroundings> for Vec<u16> {
    fn from(surroundings: Surroundings) -> Self {
        surroundings.0
    }
}

/// Where and among what something was scanned. A phone sends it only when its payer has agreed to; everything in it is
/// coarse, and none of it is proof.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Scan {
    /// The cell of the map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<Cell>,
    /// What could be seen around.
    #[serde(default, skip_serializing_if = "Surroundings::is_empty")]
    pub surroundings: Surroundings,
}

/// The OpenAPI schema of a text of this pattern.
macro_rules! text_schema {
    ($name:ty, $pattern:literal) => {
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                let text = utoipa::openapi::ObjectBuilder::new().schema_type(utoipa::openapi::schema::Type::String);
                text.pattern(Some($pattern)).into()
            }
        }

        impl ToSchema for $name {}
    };
}

text_schema!(Serial, "^[A-Z0-9-]{1,16}$");
text_schema!(CounterName, "^[a-z0-9-]{1,16}$");
text_schema!(Cell, "^[0-9b-hjkmnp-z]{7}$");

impl utoipa::PartialSchema for Surroundings {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        let marks = utoipa::openapi::ArrayBuilder::new().items(u16::schema());
        marks.max_items(Some(limits::SURROUNDINGS_MAX)).into()
    }
}

impl ToSchema for Surroundings {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cell(text: &str) -> Cell {
        text.parse().unwrap()
    }

    #[test]
    fn serials_cells_and_counters_have_one_spelling() {
        for good in ["A", "HANBIT-1", "0123456789ABCDEF"] {
            assert_eq!(good.parse::<Serial>().unwrap().to_string(), good);
        }
        for bad in ["", "a", "HANBIT 1", "0123456789ABCDEFG", "한", "A\0"] {
            assert_eq!(bad.parse::<Serial>(), Err(PlaceError::Serial), "{bad:?}");
        }
        for bad in ["", "wydm9q", "wydm9qwx", "wydm9qa", "wydm9qI", "WYDM9QW", "한글셀"] {
            assert_eq!(bad.parse::<Cell>(), Err(PlaceError::Cell), "{bad:?}");
        }
        for bad in ["", "Counter", "counter 1", "a-counter-of-seventeen"] {
            assert_eq!(bad.parse::<CounterName>(), Err(PlaceError::Counter), "{bad:?}");
        }
    }

    #[test]
    fn a_geohash_is_read_as_others_read_it() {
        // Seoul city hall (37.5663, 126.9779) is wydm9qw…; Null Island opens the north-eastern quarter.
        let seoul = cell("wydm9qw");
        let (row, column) = seoul.indexes();
        assert_eq!(
            ((u64::from(row) * 180 * 10_000) >> 17, (u64::from(column) * 360 * 10_000) >> 18),
            (1_275_650, 3_069_772)
        );
        assert_eq!(cell("s000000").indexes(), (ROWS / 2, COLUMNS / 2));
        assert_eq!(cell("0000000").indexes(), (0, 0));
        assert_eq!(cell("zzzzzzz").indexes(), (ROWS - 1, COLUMNS - 1));
    }

    #[test]
    fn distances_are_never_too_long() {
        // City hall to Gangnam station is 8.8 km; to Busan station 329 km.
        let (hall, gangnam, busan) = (cell("wydm9qw"), cell("wydm6d6"), cell("wy5zb2s"));
        for (to, metres) in [(gangnam, 8_778), (busan, 329_239)] {
            let found = hall.metres_apart(to);
            assert!(found <= metres && found > metres * 8 / 10, "{found} of {metres}");
        }
        assert_eq!(hall.metres_apart(hall), 0);
        let west = Cell::at(ROWS / 2, 0).unwrap();
        let east = Cell::at(ROWS / 2, COLUMNS - 1).unwrap();
        assert_eq!(west.metres_apart(east), 0, "neighbours across the date line");
    }

    #[test]
    fn surroundings_are_bounded_and_each_mark_counts_once() {
        let seen = |marks: &[u16]| Surroundings::try_from(marks.to_vec()).unwrap();
        assert_eq!(seen(&[3, 1, 3]).marks(), [1, 3]);
        assert_eq!(seen(&[1, 2, 3]).shared(&seen(&[3, 4, 1])), 2);
        assert_eq!(Surroundings::try_from(vec![0; 9]), Err(PlaceError::Surroundings));
    }

    proptest! {
        #[test]
        fn cells_survive_being_written(row in 0..ROWS, column in 0..COLUMNS) {
            let cell = Cell::at(row, column).unwrap();
            prop_assert_eq!(cell.to_string().parse(), Ok(cell));
        }

        #[test]
        fn distance_is_symmetric(a in (0..ROWS, 0..COLUMNS), b in (0..ROWS, 0..COLUMNS)) {
            let (a, b) = (Cell::at(a.0, a.1).unwrap(), Cell::at(b.0, b.1).unwrap());
            prop_assert_eq!(a.metres_apart(b), b.metres_apart(a));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,20}") {
            let _ = (text.parse::<Cell>(), text.parse::<Serial>(), text.parse::<CounterName>());
        }
    }
}
