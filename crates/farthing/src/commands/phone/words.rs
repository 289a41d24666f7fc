//! What the handset says, in both languages. Reasons have their own sentences: [`money::ReasonCode::text`].

use money::Language;

/// The language people are spoken to in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Spoken {
    /// Korean.
    Ko,
    /// English.
    En,
}

impl Spoken {
    /// Its tag (RFC 5646).
    pub(super) const fn tag(self) -> &'static str {
        match self {
            Self::Ko => "ko",
            Self::En => "en",
        }
    }
}

impl From<Spoken> for Language {
    fn from(spoken: Spoken) -> Self {
        match spoken {
            Spoken::Ko => Self::Ko,
            Spoken::En => Self::En,
        }
    }
}

macro_rules! words {
    ($($name:ident: $ko:literal, $en:literal;)+) => {
        /// A word or sentence of the handset's.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Word {
            $($name,)+
        }

        impl Word {
            /// In a language.
            pub(super) const fn say(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$name, Language::Ko) => $ko,
                      (Self::$name, Language::En) => $en,)+
                }
            }
        }
    };
}

words! {
    // A code.
    Verdict: "판정", "verdict";
    Trusted: "믿을 수 있음", "trusted";
    TrustedWhy: "이 서버가 서명했고, 바뀌지 않았으며, 유효 시간 안입니다", "signed by your server, unchanged, in time";
    Link: "링크", "a link";
    LinkWhy: "서버에서 받은 조건입니다. 대조할 코드는 없습니다", "terms from your own server, no code to hold them against";
    Unverified: "확인되지 않음", "unverified";
    Suspicious: "의심스러움", "suspicious";
    Dangerous: "위험", "dangerous";
    Invalid: "결제 코드가 아님", "not a payment code";
    Expired: "만료됨", "expired";
    DoNotPay: "결제하지 마세요", "do not pay";
    NotSigned: "이 서버가 서명한 코드가 아닙니다", "it is not signed by this server";
    // A sticker.
    Serial: "일련번호", "serial";
    Cap: "1회 최대", "at most";
    ValidUntil: "유효 기한", "valid until";
    NameAmount: "--amount 로 금액을 정하면 조건을 보여 줍니다", "the payer names it: --amount shows the terms";
    EnterAmount: "얼마를 낼까요? (예: 4500)", "How much? (e.g. 4500)";
    Reported: "알렸습니다. 사업자가 확인합니다.", "Reported: the provider looks at it.";
    // Terms.
    Payee: "받는 곳", "payee";
    Sum: "금액", "amount";
    For: "내용", "for";
    At: "장소", "at";
    Taken: "결제 방식", "taken";
    TakenAtOnce: "바로 결제", "at once";
    TakenLater: "먼저 잡아 두고, 받는 곳이 나중에 이 금액까지 확정", "held first; the payee takes at most this much later";
    Fee: "수수료", "fee";
    Way: "돈이 가는 길", "money's way";
    YourWallet: "내 지갑", "your wallet";
    Provider: "사업자", "provider";
    Refunds: "환불", "refunds";
    Settled: "정산", "settled";
    AtOnce: "바로", "at once";
    Expires: "남은 시간", "expires";
    Already: "지남", "already";
    // What paying would mean.
    Total: "나갈 돈", "you pay";
    Left: "결제 뒤 잔액", "left after";
    LimitLeft: "1회 한도까지", "limit left";
    Refusal: "거절 예정", "would refuse";
    Warned: "살펴볼 것", "look at";
    FirstTime: "처음 결제하는 곳입니다", "you have never paid this payee";
    Soon: "20초도 남지 않았습니다", "under 20 seconds are left";
    Doubtful: "다른 가게의 코드로 바꿔치기됐을 수 있습니다", "this code may stand where another shop's belongs";
    Little: "잔액이 10분의 1도 남지 않습니다", "less than a tenth of the wallet would be left";
    Approve: "승인할까요? [y/N]", "Approve? [y/N]";
    NotApproved: "승인하지 않았습니다. 아무것도 서명하지 않았습니다", "not approved; nothing was signed";
    // This phone.
    ThisPhone: "이 전화", "this phone";
    Unseen: "루팅, 화면 덮기, Wi-Fi, NFC: 여기서는 볼 수 없음", "root, overlays, Wi-Fi, NFC: not visible here";
    Server: "서버", "server";
    Device: "기기", "device";
    Key: "기기 키", "device key";
    Software: "소프트웨어 키 (파일, 암호 없음)", "software key, in a file without a passphrase";
    Sealed: "소프트웨어 키 (암호로 잠긴 파일)", "software key, in a file sealed by a passphrase";
    Session: "접속", "session";
    TokenUntil: "토큰 만료", "token until";
    Revoked: "해제됨", "revoked";
    WaitsUntil: "대기 중, 쓸 수 있는 때", "waits until";
    Usable: "사용 가능", "usable";
    // The wallet.
    Opened: "지갑을 열었습니다.", "The wallet is open.";
    Wallet: "지갑", "wallet";
    Available: "사용 가능 금액", "available";
    Held: "보류 금액", "held";
    State: "상태", "state";
    OnePayment: "1회 한도", "one payment";
    AtMost: "최대", "at most";
    Open: "열려 있음", "open";
    Frozen: "잠김: 돈이 나가지 않습니다", "frozen: nothing leaves it";
    FrozenUntil: "잠김, 풀리는 때", "frozen until";
    // Payments.
    Payment: "결제", "payment";
    PaidTo: "받은 곳", "paid to";
    Paid: "결제됨", "paid";
    Waits: "규칙에 따라 보류 중, 아직 나가지 않음", "waiting because of a rule, not paid yet";
    GoesOn: "그때 결제됩니다", "paid then";
    ComesBack: "확인되지 않으면 지갑으로 돌아옵니다", "back in the wallet unless it is confirmed";
    HeldForPayee: "받는 곳을 위해 보류됨", "held for the payee";
    Released: "취소됨", "released";
    Lapsed: "만료됨", "expired";
    Refused: "거절됨", "refused";
    Refunded: "환불됨", "refunded";
    When: "때", "when";
    // Devices and sessions.
    Name: "이름", "name";
    Place: "네트워크", "network";
    Since: "시작", "since";
    Last: "마지막", "last";
    Here: "이 접속", "this one";
    EndedOwn: "로그아웃했습니다.", "Logged out.";
    Renewed: "토큰을 새로 받았습니다.", "A new token.";
    AskToJoin: "등록된 전화에서 1분 안에 다음을 실행하세요", "within a minute, on a phone of this wallet, run";
    Digits: "확인 숫자", "digits";
    DigitsWhy: "두 전화에 같은 숫자가 보여야 합니다", "both phones must show the same";
    Bind: "이 기기를 지갑에 등록할까요? 새 전화의 숫자와 같은지 확인하세요 [y/N]", "Let this device into the wallet? Compare the digits with the new phone's [y/N]";
    Machine: "누구의 기기", "machine";
    OwnMachine: "내 기기", "your own";
    SharedMachine: "여럿이 쓰는 기기: 2분 동안 쓰지 않으면 끝납니다", "shared with others: over after two minutes without use";
    EnterPin: "결제 비밀번호 여섯 자리를 입력하세요", "Enter the payment PIN, six digits";
    PaymentPin: "결제 비밀번호", "payment PIN";
    None: "없음", "none";
    Set: "설정됨", "set";
    TriesLeft: "남은 횟수", "tries left";
    LockedUntil: "잠긴 때까지", "locked until";
    Rotated: "이 기기의 키를 바꿨습니다.", "This device has another key.";
    Lose: "이 전화의 키와 상태를 지웁니다. 지갑은 서버에 남습니다. 잃어버린 것으로 할까요? [y/N]", "Key and state of this phone are removed; the wallet stays at the server. Lose this phone? [y/N]";
    NotLost: "아무것도 지우지 않았습니다", "nothing was removed";
    Lost: "이 전화는 이제 없습니다. 복구에는 지갑 번호가 필요합니다.", "This phone is gone. Coming back needs the wallet's id.";
    Recovered: "지갑을 되찾았습니다. 대기 시간이 지나야 쓸 수 있습니다.", "The wallet is back. This phone may be used once its waiting time is over.";
    Codes: "복구 코드", "printed codes";
    CodesFrom: "쓸 수 있는 때", "good from";
    CodesKeep: "지금 한 번만 보입니다. 적어서 전화와 다른 곳에 두세요.", "Shown this once. Keep them apart from the phone.";
    Contact: "믿는 사람", "trusted contact";
    Heard: "전달했습니다.", "Heard.";
    NotBound: "등록하지 않았습니다", "not bound";
}

/// How long is left, in a language.
pub(super) fn left(seconds: i64, language: Language) -> String {
    match language {
        Language::Ko => format!("{}분 {}초", seconds / 60, seconds % 60),
        Language::En => format!("in {} min {} s", seconds / 60, seconds % 60),
    }
}

/// For how many days a refund can be asked for.
pub(super) fn refundable(days: u16, language: Language) -> String {
    match language {
        Language::Ko => format!("{days}일 동안 요청할 수 있음"),
        Language::En => format!("can be asked for {days} days"),
    }
}

/// When the payee gets the money.
pub(super) fn settled(days: u16, language: Language) -> String {
    match (days, language) {
        (0, language) => Word::AtOnce.say(language).to_owned(),
        (days, Language::Ko) => format!("{days}일 뒤"),
        (days, Language::En) => format!("in {days} days"),
    }
}
