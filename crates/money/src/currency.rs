//! [`Currency`]: an ISO 4217 code and its exponent.

/// An ISO 4217 currency: three letters, a three-digit number, and how many decimals its minor unit has.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency(&'static Row);

#[derive(Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Row {
    code: &'static str,
    numeric: u16,
    exponent: u8,
    symbol: &'static str,
}

/// A code that ISO 4217 does not list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown currency")]
pub struct UnknownCurrency;

static KRW: Row = Row { code: "KRW", numeric: 410, exponent: 0, symbol: "₩" };
static EUR: Row = Row { code: "EUR", numeric: 978, exponent: 2, symbol: "€" };
static USD: Row = Row { code: "USD", numeric: 840, exponent: 2, symbol: "$" };
static BHD: Row = Row { code: "BHD", numeric: 48, exponent: 3, symbol: "" };
static ALL: [&Row; 4] = [&KRW, &EUR, &USD, &BHD];

impl Currency {
    /// South Korean won, no decimals.
    pub const KRW: Self = Self(&KRW);
    /// Euro, two decimals.
    pub const EUR: Self = Self(&EUR);
    /// US dollar, two decimals.
    pub const USD: Self = Self(&USD);
    /// Bahraini dinar, three decimals.
    pub const BHD: Self = Self(&BHD);

    /// The currency of a three-letter code, upper case.
    ///
    /// # Errors
    /// [`UnknownCurrency`] when ISO 4217 does not list it.
    pub fn from_code(code: &str) -> Result<Self, UnknownCurrency> {
        ALL.iter().find(|row| row.code == code).map(|row| Self(row)).ok_or(UnknownCurrency)
    }

    /// The currency of a three-digit number, as EMVCo codes carry it.
    ///
    /// # Errors
    /// [`UnknownCurrency`] when ISO 4217 does not list it.
    pub fn from_numeric(numeric: u16) -> Result<Self, UnknownCurrency> {
        ALL.iter().find(|row| row.numeric == numeric).map(|row| Self(row)).ok_or(UnknownCurrency)
    }

    /// Three letters.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.0.code
    }

    /// The ISO 4217 number.
    #[must_use]
    pub const fn numeric(self) -> u16 {
        self.0.numeric
    }

    /// How many decimals the minor unit has: KRW 0, USD 2, BHD 3.
    #[must_use]
    pub const fn exponent(self) -> u8 {
        self.0.exponent
    }

    /// The sign people write, or an empty text where the code is usual.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        self.0.symbol
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::fmt::Debug for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::str::FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(code: &str) -> Result<Self, UnknownCurrency> {
        Self::from_code(code)
    }
}

crate::id::text_serde!(Currency, "an ISO 4217 currency code");
