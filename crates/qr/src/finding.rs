//! [`FindingKind`]: everything that may be said about a scanned text, in one closed list, with its sentence in both languages.

use money::Language;

/// What a finding means for the text it was made in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// Worth knowing; changes nothing.
    Notes,
    /// Breaks a rule of its network, or a recommendation.
    Strays,
    /// Breaks a rule of the standard that real codes break every day; refused when strict.
    Breaks,
    /// Looks like a trick: the text is suspicious.
    Warns,
    /// It cannot be what it says: not valid.
    Refuses,
    /// Following it does harm: the text is dangerous.
    Alarms,
}

impl Weight {
    /// Its name in `docs/qr-inspect.md`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Notes => "notes",
            Self::Strays => "strays",
            Self::Breaks => "breaks",
            Self::Warns => "warns",
            Self::Refuses => "refuses",
            Self::Alarms => "alarms",
        }
    }
}

/// Something found, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
    /// The character (not byte) concerned, from 0; the end of the objects for one that is missing. In a
    /// consumer-presented code the byte of the decoded data.
    pub at: usize,
    /// What it means here: the kind's own weight, or the heavier one of a network that insists.
    pub weight: Weight,
}

impl FindingKind {
    /// This, at that place, with its own weight.
    #[must_use]
    pub const fn at(self, at: usize) -> Finding {
        Finding { kind: self, at, weight: self.weight() }
    }
}

/// Findings being gathered.
#[derive(Debug, Default)]
pub(crate) struct Findings(pub(crate) Vec<Finding>);

impl Findings {
    pub(crate) fn add(&mut self, broken: bool, kind: FindingKind, at: usize) {
        if broken {
            self.0.push(kind.at(at));
        }
    }

    /// A finding that makes the code invalid on this network, whatever it means elsewhere.
    pub(crate) fn refuse(&mut self, broken: bool, kind: FindingKind, at: usize) {
        if !broken {
            return;
        }
        match self.0.iter_mut().find(|found| found.kind == kind && found.at == at) {
            Some(found) => found.weight = found.weight.max(Weight::Refuses),
            None => self.0.push(Finding { kind, at, weight: Weight::Refuses }),
        }
    }

    /// Raises every finding of these kinds: here the rule is not optional.
    pub(crate) fn insist(&mut self, kinds: &[FindingKind]) {
        for found in self.0.iter_mut().filter(|found| kinds.contains(&found.kind)) {
            found.weight = found.weight.max(Weight::Refuses);
        }
    }
}

macro_rules! kinds {
    ($($name:ident $code:literal $weight:ident $en:literal $ko:literal;)+) => {
        /// Everything that may be found in a scanned text.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum FindingKind {
            $(#[doc = $en] $name,)+
        }

        impl FindingKind {
            /// Every kind, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Its stable name.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// What it means where no network insists.
            #[must_use]
            pub const fn weight(self) -> Weight {
                match self { $(Self::$name => Weight::$weight,)+ }
            }

            /// One plain sentence for a person.
            #[must_use]
            pub const fn text(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$name, Language::En) => $en,
                      (Self::$name, Language::Ko) => $ko,)+
                }
            }
        }
    };
}

kinds! {
    // Can it be read at all.
    Empty "empty" Refuses "There is nothing to read." "읽을 내용이 없습니다.";
    TooLong "too_long" Refuses "It is longer than such a code may be." "허용된 길이보다 깁니다.";
    NotUtf8 "not_utf8" Refuses "The bytes are not text in UTF-8." "UTF-8 글자가 아닙니다.";
    Unrecognised "unrecognised" Refuses "This is neither a payment code nor a link." "결제 코드도 링크도 아닙니다.";
    IdNotDigits "id_not_digits" Refuses "An object's number is not two digits." "항목 번호가 숫자 두 자리가 아닙니다.";
    LengthNotDigits "length_not_digits" Refuses "An object's length is not two digits." "항목 길이가 숫자 두 자리가 아닙니다.";
    Truncated "truncated" Refuses "An object is cut short." "항목이 중간에 잘렸습니다.";
    CrcMissing "crc_missing" Refuses "The checksum is missing." "체크섬이 없습니다.";
    CrcNotLast "crc_not_last" Refuses "Something follows the checksum." "체크섬 뒤에 내용이 더 있습니다.";
    CrcNotHex "crc_not_hex" Refuses "The checksum is not four hexadecimal characters." "체크섬이 16진수 네 자리가 아닙니다.";
    CrcMixedCase "crc_mixed_case" Refuses "The checksum mixes upper and lower case." "체크섬에 대문자와 소문자가 섞여 있습니다.";
    CrcMismatch "crc_mismatch" Refuses "The checksum is wrong: the code was damaged or changed." "체크섬이 맞지 않습니다. 코드가 손상되었거나 바뀌었습니다.";
    ControlCharacter "control_character" Refuses "There is a control character in a value." "값에 제어 문자가 들어 있습니다.";
    RootIdRepeated "root_id_repeated" Refuses "An object stands twice, so two readers could see two different payments." "같은 항목이 두 번 있어 읽는 쪽마다 다르게 볼 수 있습니다.";

    // Rules of EMVCo QRCPS-MPM v1.1.
    FormatNotFirst "format_not_first" Breaks "The code does not open with payload format 01." "코드가 형식 표시 01로 시작하지 않습니다.";
    InitiationUnknown "initiation_unknown" Breaks "Point of initiation is neither 11 nor 12." "코드 유형(01)이 11도 12도 아닙니다.";
    DynamicWithoutAmount "dynamic_without_amount" Notes "A code for one payment names no amount." "일회용 코드인데 금액이 없습니다.";
    AccountMissing "account_missing" Breaks "No account to pay to is named." "받을 계정이 없습니다.";
    CategoryMissing "category_missing" Breaks "The merchant category is missing." "업종 코드가 없습니다.";
    CurrencyMissing "currency_missing" Breaks "The currency is missing." "통화가 없습니다.";
    CountryMissing "country_missing" Breaks "The country is missing." "국가가 없습니다.";
    NameMissing "name_missing" Breaks "The merchant's name is missing." "가맹점 이름이 없습니다.";
    CityMissing "city_missing" Breaks "The merchant's city is missing." "가맹점 도시가 없습니다.";
    CategoryFormat "category_format" Breaks "The merchant category is not four digits." "업종 코드가 숫자 네 자리가 아닙니다.";
    CategoryUnassigned "category_unassigned" Notes "The merchant category lies outside the ranges of ISO 18245." "업종 코드가 ISO 18245 범위 밖입니다.";
    CurrencyFormat "currency_format" Breaks "The currency is not three digits." "통화가 숫자 세 자리가 아닙니다.";
    CurrencyUnknown "currency_unknown" Breaks "ISO 4217 has no such currency." "ISO 4217에 없는 통화입니다.";
    AmountFormat "amount_format" Breaks "The amount is not digits with at most one point." "금액이 숫자와 소수점 하나로 되어 있지 않습니다.";
    AmountTooLong "amount_too_long" Breaks "The amount has more than 13 characters." "금액이 13자를 넘습니다.";
    AmountZero "amount_zero" Strays "The amount is zero." "금액이 0입니다.";
    AmountDecimals "amount_decimals" Strays "The amount has more decimals than its currency." "금액의 소수 자릿수가 통화보다 많습니다.";
    CountryFormat "country_format" Breaks "The country is not two capital letters." "국가가 대문자 두 자가 아닙니다.";
    CountryUnknown "country_unknown" Breaks "ISO 3166 has no such country." "ISO 3166에 없는 국가입니다.";
    NameTooLong "name_too_long" Breaks "The merchant's name has more than 25 characters." "가맹점 이름이 25자를 넘습니다.";
    CityTooLong "city_too_long" Breaks "The merchant's city has more than 15 characters." "가맹점 도시가 15자를 넘습니다.";
    PostalTooLong "postal_too_long" Breaks "The postal code has more than 10 characters." "우편번호가 10자를 넘습니다.";
    TextNotLatin "text_not_latin" Notes "Text of this object should be printable Latin characters." "이 항목은 인쇄 가능한 라틴 문자여야 합니다.";
    TipUnknown "tip_unknown" Breaks "The tip indicator is none of 01, 02, 03." "팁 표시가 01, 02, 03 가운데 하나가 아닙니다.";
    TipConflict "tip_conflict" Breaks "The fee and the tip indicator contradict each other." "수수료와 팁 표시가 서로 맞지 않습니다.";
    FeeFixedFormat "fee_fixed_format" Breaks "The fixed fee is not an amount above zero." "고정 수수료가 0보다 큰 금액이 아닙니다.";
    FeePercentFormat "fee_percent_format" Breaks "The percentage fee is not between 00.01 and 99.99." "비율 수수료가 00.01에서 99.99 사이가 아닙니다.";
    LanguageIncomplete "language_incomplete" Breaks "The second language lacks its code or the name." "다른 언어 정보에 언어 코드나 이름이 없습니다.";
    LanguageFormat "language_format" Breaks "The language is not two letters." "언어 코드가 두 글자가 아닙니다.";
    LanguageTooLong "language_too_long" Breaks "A name or city in the second language is too long." "다른 언어로 쓴 이름이나 도시가 너무 깁니다.";
    AdditionalTooLong "additional_too_long" Breaks "An additional datum is longer than it may be." "추가 정보가 허용된 길이보다 깁니다.";
    ConsumerRequestFormat "consumer_request_format" Notes "What is asked of the payer is not made of A, M and E." "결제하는 사람에게 묻는 항목이 A, M, E로 되어 있지 않습니다.";
    ChannelFormat "channel_format" Notes "The merchant channel is not three characters of its table." "판매 경로 표시가 표에 있는 세 글자가 아닙니다.";
    ReservedId "reserved_id" Notes "An object is used that the standard keeps for the future." "표준이 아직 정하지 않은 항목을 썼습니다.";
    IdentifierMissing "identifier_missing" Strays "A template does not begin with its identifier." "묶음이 식별자로 시작하지 않습니다.";
    TemplateNotObjects "template_not_objects" Breaks "A template holds plain text instead of objects." "묶음 안에 항목 대신 글자가 들어 있습니다.";
    ValueEmpty "value_empty" Breaks "A value is empty." "값이 비어 있습니다.";
    IdRepeated "id_repeated" Breaks "An object stands twice in one template." "한 묶음에 같은 항목이 두 번 있습니다.";
    CrcLowerCase "crc_lower_case" Strays "The checksum is written in lower case." "체크섬이 소문자로 되어 있습니다.";

    // Consumer-presented codes (EMVCo QRCPS-CPM v1.1, BER-TLV of ISO/IEC 8825-1).
    Base64Invalid "base64_invalid" Refuses "This is not base64." "base64가 아닙니다.";
    BerTagBroken "ber_tag_broken" Refuses "A tag is cut short or too long." "태그가 잘렸거나 너무 깁니다.";
    BerLengthBroken "ber_length_broken" Refuses "A length is cut short or of a form that is not allowed." "길이가 잘렸거나 허용되지 않는 형식입니다.";
    BerTruncated "ber_truncated" Refuses "A value is longer than what is there." "값이 실제 내용보다 깁니다.";
    BerTooDeep "ber_too_deep" Refuses "Templates are nested too deeply." "묶음이 너무 깊이 겹쳐 있습니다.";
    BerTagRepeated "ber_tag_repeated" Refuses "A tag stands twice in one template." "한 묶음에 같은 태그가 두 번 있습니다.";
    CpmFormatMissing "cpm_format_missing" Breaks "The code does not open with the payload format CPV01." "코드가 형식 표시 CPV01로 시작하지 않습니다.";
    CpmFormatUnknown "cpm_format_unknown" Refuses "The payload format is not CPV01." "형식 표시가 CPV01이 아닙니다.";
    CpmApplicationMissing "cpm_application_missing" Breaks "No application template is there." "애플리케이션 묶음이 없습니다.";
    CpmAidMissing "cpm_aid_missing" Breaks "An application template names no application." "애플리케이션 묶음에 애플리케이션 번호가 없습니다.";
    CpmAidLength "cpm_aid_length" Breaks "An application's number is not 5 to 16 bytes." "애플리케이션 번호가 5~16바이트가 아닙니다.";
    CpmTooLong "cpm_too_long" Breaks "More than 512 bytes." "512바이트를 넘습니다.";

    // Rules of the national networks.
    NetworkCountry "network_country" Strays "The country is not that of the payment network." "결제망의 국가와 코드의 국가가 다릅니다.";
    NetworkCurrency "network_currency" Strays "The currency is not that of the payment network." "결제망의 통화와 코드의 통화가 다릅니다.";
    PayeeMissing "payee_missing" Warns "The network's account template names nobody to pay." "결제망 항목에 받을 사람이 없습니다.";
    PayeeFormat "payee_format" Warns "The payee's number or address has another form than the network's." "받는 사람의 번호나 주소 형식이 결제망의 것과 다릅니다.";
    CheckDigit "check_digit" Strays "A check digit of the payee's number is wrong." "받는 번호의 검증 숫자가 맞지 않습니다.";
    InstitutionFormat "institution_format" Strays "The bank or acquirer number has another form than the network's." "은행이나 매입사 번호의 형식이 결제망의 것과 다릅니다.";
    ReferenceFormat "reference_format" Strays "The payment reference has another form than the network's." "결제 참조 번호의 형식이 결제망의 것과 다릅니다.";
    ServiceUnknown "service_unknown" Strays "The network has no such service or kind of payee." "결제망에 없는 서비스나 받는 사람 종류입니다.";
    PixLocationProtocol "pix_location_protocol" Refuses "The location of a dynamic PIX code must be host and path without https://." "동적 PIX 코드의 위치는 https:// 없이 호스트와 경로여야 합니다.";
    PixLocationFormat "pix_location_format" Strays "The location of a dynamic PIX code is not host and path." "동적 PIX 코드의 위치가 호스트와 경로 형식이 아닙니다.";
    PixKeyAndLocation "pix_key_and_location" Warns "A PIX template holds both a key and a location, which may name two payees." "PIX 묶음에 키와 위치가 함께 있어 받는 사람이 둘일 수 있습니다.";
    MomentFormat "moment_format" Strays "A moment in the code cannot be read." "코드의 시각을 읽을 수 없습니다.";
    CodeExpired "code_expired" Notes "The code says that it has expired." "코드에 적힌 유효 시간이 지났습니다.";
    ExpiryMissing "expiry_missing" Refuses "A code for one payment must say when it expires." "일회용 코드에 만료 시각이 없습니다.";
    ExpiryLength "expiry_length" Refuses "A moment is not 13 digits of milliseconds." "시각이 13자리 밀리초가 아닙니다.";
    ExpiryBeforeCreation "expiry_before_creation" Refuses "The code expires before it was made." "코드의 만료 시각이 만든 시각보다 앞섭니다.";
    AmountMissing "amount_missing" Refuses "A code for one payment must name its amount on this network." "이 결제망의 일회용 코드에는 금액이 있어야 합니다.";
    AccountIdMissing "account_id_missing" Refuses "The account's address is missing." "받을 계정 주소가 없습니다.";
    AccountIdTooLong "account_id_too_long" Refuses "The account's address is too long." "받을 계정 주소가 너무 깁니다.";
    AccountIdFormat "account_id_format" Refuses "The account's address is not name@bank." "받을 계정 주소가 이름@은행 형식이 아닙니다.";
    AccountPartTooLong "account_part_too_long" Refuses "A part of the account is too long." "계정 항목의 일부가 너무 깁니다.";
    FormatLength "format_length" Refuses "The payload format is not two characters." "형식 표시가 두 글자가 아닙니다.";
    InitiationLength "initiation_length" Refuses "Point of initiation is not two characters." "코드 유형이 두 글자가 아닙니다.";
    UpiCurrency "upi_currency" Refuses "This account takes no US dollars." "이 계정은 미국 달러를 받지 않습니다.";
    UpiAccountTooLong "upi_account_too_long" Refuses "The second account is too long." "두 번째 계정이 너무 깁니다.";

    // Farthing's own codes.
    CodeRevoked "code_revoked" Alarms "This code was withdrawn by the provider that made it." "발급한 곳에서 사용을 중지한 코드입니다.";
    RevocationStale "revocation_stale" Notes "The list of withdrawn codes is too old to rely on; connect and scan again." "사용 중지 목록이 오래되어 믿을 수 없습니다. 인터넷에 연결해 다시 스캔해 주세요.";

    // UPI links (NPCI linking specification).
    UpiActionUnsupported "upi_action_unsupported" Refuses "The link asks for something else than a payment." "결제가 아닌 다른 일을 요청하는 링크입니다.";
    UpiPayeeMissing "upi_payee_missing" Refuses "The link names nobody to pay." "링크에 받을 사람이 없습니다.";
    UpiAddressFormat "upi_address_format" Refuses "The payee's address is not name@handle." "받는 주소가 이름@기관 형식이 아닙니다.";
    UpiAmountFormat "upi_amount_format" Refuses "The amount is not a sum above zero with at most two decimals." "금액이 0보다 크고 소수 두 자리 이하인 값이 아닙니다.";
    UpiCurrencyFormat "upi_currency_format" Refuses "The currency is not INR." "통화가 INR이 아닙니다.";
    UpiKeyRepeated "upi_key_repeated" Refuses "A field stands twice, so two apps could see two different payments." "같은 항목이 두 번 있어 앱마다 다르게 볼 수 있습니다.";
    UpiEscapeBroken "upi_escape_broken" Refuses "An escaped character cannot be read." "이스케이프된 글자를 읽을 수 없습니다.";
    UpiCategoryFormat "upi_category_format" Strays "The merchant category is not four digits." "업종 코드가 숫자 네 자리가 아닙니다.";
    UpiReferenceTooLong "upi_reference_too_long" Strays "A reference or note is longer than it may be." "참조 번호나 메모가 허용된 길이보다 깁니다.";
    UpiModeUnknown "upi_mode_unknown" Strays "The mode is not two digits." "모드가 숫자 두 자리가 아닙니다.";
    UpiSignatureShape "upi_signature_shape" Warns "The signature is not a signature by its form." "서명이 서명의 형식이 아닙니다.";
    UpiSignatureUnchecked "upi_signature_unchecked" Notes "The link is signed; without the signer's public key nothing follows from it." "서명된 링크입니다. 서명자의 공개 키가 없어 확인할 수 없습니다.";
    UpiSignedWithoutAmount "upi_signed_without_amount" Notes "The link is signed and names no amount: adding one would break the signature." "서명된 링크에 금액이 없습니다. 금액을 더하면 서명이 깨집니다.";

    // Words: names and memos.
    TextBidi "text_bidi" Warns "Characters that turn the direction of writing are hidden in it." "글자 방향을 뒤집는 문자가 숨어 있습니다.";
    TextInvisible "text_invisible" Warns "Invisible characters are hidden in it." "보이지 않는 문자가 숨어 있습니다.";
    TextControl "text_control" Warns "Control characters are hidden in it." "제어 문자가 숨어 있습니다.";
    TextMarks "text_marks" Warns "Marks are piled on one letter." "한 글자에 부호가 겹겹이 쌓여 있습니다.";
    TextMixedScripts "text_mixed_scripts" Warns "Letters of different alphabets are mixed in one word." "한 낱말에 서로 다른 문자가 섞여 있습니다.";
    TextConfusable "text_confusable" Warns "Letters were chosen that look like others." "다른 글자처럼 보이는 글자를 썼습니다.";
    TextNotNormal "text_not_normal" Warns "The text is spelled with unusual characters in place of usual ones." "평범한 글자 대신 특이한 글자로 적혀 있습니다.";
    TextTooLong "text_too_long" Strays "The text is longer than what can be shown." "보여 줄 수 있는 길이보다 깁니다.";
    NameLikeRegistered "name_like_registered" Warns "The name looks like a registered payee's and is not it." "등록된 가맹점 이름처럼 보이지만 다른 곳입니다.";

    // Links (RFC 3986, WHATWG URL, UTS 39, UTS 46).
    LinkUnreadable "link_unreadable" Refuses "The link cannot be read." "링크를 읽을 수 없습니다.";
    LinkTooLong "link_too_long" Warns "The link is too long for a person to read." "사람이 읽기에는 너무 긴 링크입니다.";
    LinkSchemeForbidden "link_scheme_forbidden" Alarms "The link starts something on the phone instead of opening a page." "웹 페이지가 아니라 전화기에서 무언가를 실행하는 링크입니다.";
    LinkSchemeUnknown "link_scheme_unknown" Warns "No rule is known for this kind of link." "알려지지 않은 종류의 링크입니다.";
    LinkOtherPayment "link_other_payment" Notes "The link belongs to another payment service." "다른 결제 서비스의 링크입니다.";
    LinkNotHttps "link_not_https" Warns "The connection would not be encrypted." "암호화되지 않은 연결입니다.";
    LinkDownload "link_download" Alarms "The link downloads an app or a settings profile." "앱이나 설정 프로파일을 내려받는 링크입니다.";
    LinkUserinfo "link_userinfo" Alarms "Text before an @ pretends to be the address." "@ 앞의 글자가 주소인 척합니다.";
    LinkBackslash "link_backslash" Warns "Backslashes, tabs or line breaks disguise the address." "역슬래시나 탭, 줄바꿈으로 주소를 가렸습니다.";
    LinkHostIp "link_host_ip" Warns "The address is a number instead of a name." "주소가 이름이 아니라 숫자입니다.";
    LinkHostDisguisedIp "link_host_disguised_ip" Alarms "The address is a number in disguise." "숫자 주소를 다른 모양으로 숨겼습니다.";
    LinkHostLocal "link_host_local" Warns "The address lies inside a private network." "사설 네트워크 안의 주소입니다.";
    LinkPort "link_port" Warns "An unusual port is named." "특이한 포트를 씁니다.";
    LinkSchemeMissing "link_scheme_missing" Notes "The address is written without https://; it is judged as if it stood there." "https:// 없이 적힌 주소입니다. 있는 것으로 보고 판단했습니다.";
    LinkHostEscaped "link_host_escaped" Alarms "Characters of the host are hidden by escapes." "주소의 글자를 이스케이프로 숨겼습니다.";
    LinkShortener "link_shortener" Warns "A short link hides where it leads." "짧은 링크라서 어디로 가는지 알 수 없습니다.";
    LinkRedirect "link_redirect" Warns "The link leads on to another address." "다른 주소로 넘어가는 링크입니다.";
    LinkRedirectDangerous "link_redirect_dangerous" Alarms "The link leads on to something dangerous." "위험한 곳으로 넘어가는 링크입니다.";
    LinkManySubdomains "link_many_subdomains" Warns "The host has unusually many parts." "주소의 마디가 지나치게 많습니다.";
    LinkFreeHosting "link_free_hosting" Notes "Anybody can open a page at this host." "누구나 페이지를 만들 수 있는 곳입니다.";
    LinkRiskyEnding "link_risky_ending" Warns "A machine-made name under an ending that is often abused." "악용이 잦은 최상위 도메인 아래 기계로 만든 듯한 이름입니다.";
    LinkBrandInSubdomain "link_brand_in_subdomain" Alarms "A known name stands in front, but the site belongs to somebody else." "앞에 알려진 이름이 있지만 다른 사람의 사이트입니다.";
    LinkBrandInDomain "link_brand_in_domain" Warns "A known name is part of the site's name, and the site is not theirs." "알려진 이름이 들어 있지만 그곳의 사이트가 아닙니다.";
    LinkBrandInPath "link_brand_in_path" Warns "A known site's address stands in the path of another site." "다른 사이트의 경로에 알려진 주소가 적혀 있습니다.";
    LinkLookAlike "link_look_alike" Alarms "The site's name looks like a known one and is not it." "알려진 사이트처럼 보이지만 다른 곳입니다.";
    HostInvalid "host_invalid" Refuses "The host is no valid name." "올바른 호스트 이름이 아닙니다.";
    HostPunycode "host_punycode" Notes "The host is written in another alphabet." "호스트 이름이 다른 문자로 되어 있습니다.";
    HostForbiddenCharacter "host_forbidden_character" Warns "The host holds a character that names should not have." "이름에 쓰지 말아야 할 글자가 있습니다.";
    HostMixedScripts "host_mixed_scripts" Alarms "Letters of different alphabets are mixed in the host." "호스트 이름에 서로 다른 문자가 섞여 있습니다.";
    HostWholeScript "host_whole_script" Alarms "Every letter of the host was chosen to look like a Latin one." "호스트 이름의 모든 글자가 라틴 문자처럼 보이게 골라졌습니다.";
    HostDigits "host_digits" Alarms "Digits of the host only look like the usual ones." "호스트 이름의 숫자가 평범한 숫자처럼 보이기만 합니다.";
    HostMapped "host_mapped" Warns "The host is spelled with unusual characters in place of usual ones." "호스트 이름을 평범한 글자 대신 특이한 글자로 적었습니다.";
    HostDeviation "host_deviation" Warns "A letter of the host is read differently by different programs." "프로그램마다 다르게 읽는 글자가 호스트 이름에 있습니다.";
    HostInvisible "host_invisible" Alarms "Invisible or piled-up marks are hidden in the host." "호스트 이름에 보이지 않거나 겹친 부호가 숨어 있습니다.";
    HostPattern "host_pattern" Warns "A letter of the host stands where it is mistaken for something else." "호스트 이름의 글자가 다른 것으로 보이는 자리에 있습니다.";
    EmailLocalPart "email_local_part" Warns "The part before the @ is not a plain name." "@ 앞부분이 평범한 이름이 아닙니다.";

    // Other texts a camera meets.
    WifiOpen "wifi_open" Warns "The text joins a Wi-Fi network without encryption." "암호화되지 않은 와이파이에 연결하는 내용입니다.";
    WifiJoin "wifi_join" Notes "The text joins a Wi-Fi network; it is no payment." "와이파이에 연결하는 내용입니다. 결제가 아닙니다.";
    ContactCard "contact_card" Notes "The text is a contact; it is no payment." "연락처입니다. 결제가 아닙니다.";
    PhoneCall "phone_call" Notes "The text calls a number; it is no payment." "전화를 거는 내용입니다. 결제가 아닙니다.";
    PhoneCode "phone_code" Alarms "The text dials a code that changes settings of the phone, such as call forwarding." "착신 전환처럼 전화 설정을 바꾸는 번호입니다.";
    MailToSend "mail_to_send" Notes "The text writes an e-mail; it is no payment." "전자우편을 쓰는 내용입니다. 결제가 아닙니다.";
    PlaceOnMap "place_on_map" Notes "The text is a place on a map; it is no payment." "지도 위의 장소입니다. 결제가 아닙니다.";
    CalendarEntry "calendar_entry" Notes "The text is a calendar entry; it is no payment." "일정입니다. 결제가 아닙니다.";
    MessageToSend "message_to_send" Warns "The text sends a message, which can cost money or give something away." "문자를 보내는 내용입니다. 요금이 나가거나 정보가 새어 나갈 수 있습니다.";

    // Farthing's own codes.
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_distinct_and_every_sentence_is_whole() {
        let codes: BTreeSet<&str> = FindingKind::ALL.iter().map(|kind| kind.code()).collect();
        assert_eq!(codes.len(), FindingKind::ALL.len());
        for kind in FindingKind::ALL {
            assert!(kind.code().bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'_' | b'0'..=b'9')), "{kind:?}");
            let (en, ko) = (kind.text(Language::En), kind.text(Language::Ko));
            assert!(en.ends_with('.') && en.is_ascii() && ko.ends_with('.') && !ko.is_ascii(), "{kind:?}");
        }
    }
}
