//! The people's names, in both scripts. Common given names and family names, joined at random.

/// Family names: Hangul and Latin.
pub(crate) const FAMILIES: &[(&str, &str)] = &[
    ("김", "Kim"),
    ("이", "Lee"),
    ("박", "Park"),
    ("최", "Choi"),
    ("정", "Jung"),
    ("강", "Kang"),
    ("조", "Cho"),
    ("윤", "Yoon"),
    ("장", "Jang"),
    ("임", "Lim"),
    ("한", "Han"),
    ("오", "Oh"),
    ("서", "Seo"),
    ("신", "Shin"),
    ("권", "Kwon"),
    ("황", "Hwang"),
    ("안", "Ahn"),
    ("송", "Song"),
];

/// Given names: Hangul and Latin.
pub(crate) const GIVEN: &[(&str, &str)] = &[
    ("민준", "Minjun"),
    ("서연", "Seoyeon"),
    ("도윤", "Doyun"),
    ("지우", "Jiwoo"),
    ("하준", "Hajun"),
    ("서윤", "Seoyun"),
    ("은우", "Eunwoo"),
    ("지아", "Jia"),
    ("시우", "Siwoo"),
    ("하은", "Haeun"),
    ("유진", "Yujin"),
    ("수아", "Sua"),
    ("건우", "Geonwoo"),
    ("예린", "Yerin"),
    ("현우", "Hyunwoo"),
    ("소율", "Soyul"),
    ("정희", "Junghee"),
    ("영수", "Youngsoo"),
    ("순자", "Soonja"),
    ("태호", "Taeho"),
    ("나래", "Narae"),
    ("보람", "Boram"),
    ("한결", "Hangyeol"),
    ("다온", "Daon"),
];

/// Residents whose names are written in Latin letters.
pub(crate) const FOREIGN: &[&str] = &[
    "Amelia Hart",
    "Jonas Weber",
    "Linh Tran",
    "Priya Nair",
    "Tomás Ferreira",
    "Grace Mensah",
    "Aiko Mori",
    "Daniel Brooks",
    "Nora Lindqvist",
    "Omar Haddad",
    "Elena Petrova",
    "Samuel Okoro",
];

/// What people call their phones.
pub(crate) const PHONES: &[&str] =
    &["내 폰", "새 폰", "My phone", "업무용 폰", "Pocket phone", "엄마 폰", "Old faithful"];
