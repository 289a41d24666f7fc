//! [`Currency`]: an ISO 4217 code and its exponent.

/// An ISO 4217 currency: three letters, a three-digit number, and how many decimals its minor unit has.
///
/// Codes without a minor unit (gold, special drawing rights, test codes) are not here: no sum can be counted in them.
///
/// ```
/// use money::Currency;
/// assert_eq!(Currency::from_code("KRW"), Ok(Currency::KRW));
/// assert_eq!(Currency::from_numeric(48).map(Currency::exponent), Ok(3));
/// assert!(Currency::from_code("krw").is_err() && Currency::from_code("XAU").is_err());
/// ```
#[derive(Clone, Copy)]
pub struct Currency(&'static Row);

struct Row {
    code: &'static str,
    numeric: u16,
    exponent: u8,
    symbol: &'static str,
}

/// A code that ISO 4217 does not list, or lists without a minor unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown currency")]
pub struct UnknownCurrency;

const fn row(code: &'static str, numeric: u16, exponent: u8, symbol: &'static str) -> Row {
    Row { code, numeric, exponent, symbol }
}

/// ISO 4217 list one of 2024-06-25 with what was added since (XCG, XAD), sorted by code.
/// ANG is kept beside XCG, which took over its number in 2025, so that earlier sums stay readable.
#[rustfmt::skip]
static ROWS: &[Row] = &[
    row("AED", 784, 2, ""),
    row("AFN", 971, 2, ""),
    row("ALL", 8, 2, ""),
    row("AMD", 51, 2, ""),
    row("ANG", 532, 2, ""),
    row("AOA", 973, 2, ""),
    row("ARS", 32, 2, ""),
    row("AUD", 36, 2, ""),
    row("AWG", 533, 2, ""),
    row("AZN", 944, 2, ""),
    row("BAM", 977, 2, ""),
    row("BBD", 52, 2, ""),
    row("BDT", 50, 2, ""),
    row("BGN", 975, 2, ""),
    row("BHD", 48, 3, ""),
    row("BIF", 108, 0, ""),
    row("BMD", 60, 2, ""),
    row("BND", 96, 2, ""),
    row("BOB", 68, 2, ""),
    row("BOV", 984, 2, ""),
    row("BRL", 986, 2, ""),
    row("BSD", 44, 2, ""),
    row("BTN", 64, 2, ""),
    row("BWP", 72, 2, ""),
    row("BYN", 933, 2, ""),
    row("BZD", 84, 2, ""),
    row("CAD", 124, 2, ""),
    row("CDF", 976, 2, ""),
    row("CHE", 947, 2, ""),
    row("CHF", 756, 2, ""),
    row("CHW", 948, 2, ""),
    row("CLF", 990, 4, ""),
    row("CLP", 152, 0, ""),
    row("CNY", 156, 2, ""),
    row("COP", 170, 2, ""),
    row("COU", 970, 2, ""),
    row("CRC", 188, 2, ""),
    row("CUC", 931, 2, ""),
    row("CUP", 192, 2, ""),
    row("CVE", 132, 2, ""),
    row("CZK", 203, 2, ""),
    row("DJF", 262, 0, ""),
    row("DKK", 208, 2, ""),
    row("DOP", 214, 2, ""),
    row("DZD", 12, 2, ""),
    row("EGP", 818, 2, ""),
    row("ERN", 232, 2, ""),
    row("ETB", 230, 2, ""),
    row("EUR", 978, 2, "€"),
    row("FJD", 242, 2, ""),
    row("FKP", 238, 2, ""),
    row("GBP", 826, 2, "£"),
    row("GEL", 981, 2, ""),
    row("GHS", 936, 2, ""),
    row("GIP", 292, 2, ""),
    row("GMD", 270, 2, ""),
    row("GNF", 324, 0, ""),
    row("GTQ", 320, 2, ""),
    row("GYD", 328, 2, ""),
    row("HKD", 344, 2, ""),
    row("HNL", 340, 2, ""),
    row("HTG", 332, 2, ""),
    row("HUF", 348, 2, ""),
    row("IDR", 360, 2, ""),
    row("ILS", 376, 2, ""),
    row("INR", 356, 2, "₹"),
    row("IQD", 368, 3, ""),
    row("IRR", 364, 2, ""),
    row("ISK", 352, 0, ""),
    row("JMD", 388, 2, ""),
    row("JOD", 400, 3, ""),
    row("JPY", 392, 0, "¥"),
    row("KES", 404, 2, ""),
    row("KGS", 417, 2, ""),
    row("KHR", 116, 2, ""),
    row("KMF", 174, 0, ""),
    row("KPW", 408, 2, ""),
    row("KRW", 410, 0, "₩"),
    row("KWD", 414, 3, ""),
    row("KYD", 136, 2, ""),
    row("KZT", 398, 2, ""),
    row("LAK", 418, 2, ""),
    row("LBP", 422, 2, ""),
    row("LKR", 144, 2, ""),
    row("LRD", 430, 2, ""),
    row("LSL", 426, 2, ""),
    row("LYD", 434, 3, ""),
    row("MAD", 504, 2, ""),
    row("MDL", 498, 2, ""),
    row("MGA", 969, 2, ""),
    row("MKD", 807, 2, ""),
    row("MMK", 104, 2, ""),
    row("MNT", 496, 2, ""),
    row("MOP", 446, 2, ""),
    row("MRU", 929, 2, ""),
    row("MUR", 480, 2, ""),
    row("MVR", 462, 2, ""),
    row("MWK", 454, 2, ""),
    row("MXN", 484, 2, ""),
    row("MXV", 979, 2, ""),
    row("MYR", 458, 2, ""),
    row("MZN", 943, 2, ""),
    row("NAD", 516, 2, ""),
    row("NGN", 566, 2, ""),
    row("NIO", 558, 2, ""),
    row("NOK", 578, 2, ""),
    row("NPR", 524, 2, ""),
    row("NZD", 554, 2, ""),
    row("OMR", 512, 3, ""),
    row("PAB", 590, 2, ""),
    row("PEN", 604, 2, ""),
    row("PGK", 598, 2, ""),
    row("PHP", 608, 2, "₱"),
    row("PKR", 586, 2, ""),
    row("PLN", 985, 2, ""),
    row("PYG", 600, 0, ""),
    row("QAR", 634, 2, ""),
    row("RON", 946, 2, ""),
    row("RSD", 941, 2, ""),
    row("RUB", 643, 2, ""),
    row("RWF", 646, 0, ""),
    row("SAR", 682, 2, ""),
    row("SBD", 90, 2, ""),
    row("SCR", 690, 2, ""),
    row("SDG", 938, 2, ""),
    row("SEK", 752, 2, ""),
    row("SGD", 702, 2, ""),
    row("SHP", 654, 2, ""),
    row("SLE", 925, 2, ""),
    row("SOS", 706, 2, ""),
    row("SRD", 968, 2, ""),
    row("SSP", 728, 2, ""),
    row("STN", 930, 2, ""),
    row("SVC", 222, 2, ""),
    row("SYP", 760, 2, ""),
    row("SZL", 748, 2, ""),
    row("THB", 764, 2, "฿"),
    row("TJS", 972, 2, ""),
    row("TMT", 934, 2, ""),
    row("TND", 788, 3, ""),
    row("TOP", 776, 2, ""),
    row("TRY", 949, 2, ""),
    row("TTD", 780, 2, ""),
    row("TWD", 901, 2, ""),
    row("TZS", 834, 2, ""),
    row("UAH", 980, 2, ""),
    row("UGX", 800, 0, ""),
    row("USD", 840, 2, "$"),
    row("USN", 997, 2, ""),
    row("UYI", 940, 0, ""),
    row("UYU", 858, 2, ""),
    row("UYW", 927, 4, ""),
    row("UZS", 860, 2, ""),
    row("VED", 926, 2, ""),
    row("VES", 928, 2, ""),
    row("VND", 704, 0, "₫"),
    row("VUV", 548, 0, ""),
    row("WST", 882, 2, ""),
    row("XAD", 396, 2, ""),
    row("XAF", 950, 0, ""),
    row("XCD", 951, 2, ""),
    row("XCG", 532, 2, ""),
    row("XOF", 952, 0, ""),
    row("XPF", 953, 0, ""),
    row("YER", 886, 2, ""),
    row("ZAR", 710, 2, ""),
    row("ZMW", 967, 2, ""),
    row("ZWG", 924, 2, ""),
];

/// The row of a number, while compiling. The last wins, so that 532 is XCG.
const fn numbered(numeric: u16) -> Option<&'static Row> {
    let mut rest = ROWS;
    while let [before @ .., last] = rest {
        if last.numeric == numeric {
            return Some(last);
        }
        rest = before;
    }
    None
}

/// For the constants below only: a number that is not in the table stops the compiler, never a running program.
const fn listed(numeric: u16) -> Currency {
    match numbered(numeric) {
        Some(row) => Currency(row),
        None => unreachable!(),
    }
}

impl Currency {
    /// South Korean won, no decimals.
    pub const KRW: Self = listed(410);
    /// Euro, two decimals.
    pub const EUR: Self = listed(978);
    /// US dollar, two decimals.
    pub const USD: Self = listed(840);
    /// Japanese yen, no decimals.
    pub const JPY: Self = listed(392);
    /// Bahraini dinar, three decimals.
    pub const BHD: Self = listed(48);

    /// Every currency, by code.
    pub fn all() -> impl ExactSizeIterator<Item = Self> + Clone {
        ROWS.iter().map(Self)
    }

    /// The currency of a three-letter code, upper case.
    ///
    /// # Errors
    /// [`UnknownCurrency`] when ISO 4217 does not list it with a minor unit.
    pub fn from_code(code: &str) -> Result<Self, UnknownCurrency> {
        // WHY: nearly every amount of this platform is in won, and every stored amount is read through here.
        if code == Self::KRW.code() {
            return Ok(Self::KRW);
        }
        let index = ROWS.binary_search_by(|row| row.code.cmp(code)).map_err(|_| UnknownCurrency)?;
        ROWS.get(index).map(Self).ok_or(UnknownCurrency)
    }

    /// The currency of a three-digit number, as EMVCo codes carry it.
    ///
    /// # Errors
    /// [`UnknownCurrency`] when ISO 4217 does not list it with a minor unit.
    pub fn from_numeric(numeric: u16) -> Result<Self, UnknownCurrency> {
        numbered(numeric).map(Self).ok_or(UnknownCurrency)
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

    /// The currency of a sign people write: `₩` is KRW.
    pub(crate) fn from_symbol(symbol: char) -> Option<Self> {
        let mut buffer = [0; 4];
        let symbol = symbol.encode_utf8(&mut buffer);
        Self::all().find(|currency| currency.symbol() == symbol)
    }
}

impl PartialEq for Currency {
    fn eq(&self, other: &Self) -> bool {
        self.code() == other.code()
    }
}

impl Eq for Currency {}

impl std::hash::Hash for Currency {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.code().hash(state);
    }
}

impl PartialOrd for Currency {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Currency {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.code().cmp(other.code())
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
