//! Links and other texts, each by the trick it plays.

use money::{Instant, ReasonCode};
use proptest::prelude::*;
use qr::{Inspection, KnownNames, Scheme, Verdict, inspect, inspect_among};

fn see(text: &str) -> Inspection {
    inspect(text, None, Instant::EPOCH)
}

fn check(text: &str, verdict: Verdict, code: &str) {
    let seen = see(text);
    let codes: Vec<&str> = seen.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(seen.verdict, verdict, "{text}: {codes:?}");
    assert!(code.is_empty() && codes.is_empty() || codes.contains(&code), "{text}: {codes:?}");
    let reason = match verdict {
        Verdict::Dangerous => ReasonCode::LinkDangerous,
        Verdict::Suspicious => ReasonCode::LinkSuspicious,
        Verdict::Invalid => ReasonCode::LinkUnreadable,
        _ => ReasonCode::LinkUnverified,
    };
    assert_eq!((seen.scheme, seen.reasons), (Scheme::Link, vec![reason]), "{text}");
}

#[test]
fn honest_links_have_nothing_against_them() {
    for text in [
        "https://www.naver.com/",
        "https://pay.naver.com/order?id=1",
        "https://kakaobank.com/view/main",
        "https://hanbitcoffee.kr/menu",
        "https://amazon.de/dp/B000",
        "https://accounts.google.com/signin?continue=https://mail.google.com/",
        "https://xn--hq1bm8jm9l.kr/",
    ] {
        let seen = see(text);
        assert_eq!(seen.verdict, Verdict::Unverified, "{text}: {:?}", seen.findings);
    }
}

#[test]
fn names_of_others_are_seen_through() {
    for (text, verdict, code) in [
        ("https://naver.com.login-check.xyz/", Verdict::Dangerous, "link_brand_in_subdomain"),
        ("https://www-naver-com.example.org/", Verdict::Dangerous, "link_brand_in_subdomain"),
        ("https://paypal.secure.example.org/", Verdict::Dangerous, "link_brand_in_subdomain"),
        ("https://kakaobank-login.com/", Verdict::Dangerous, "link_brand_in_domain"),
        ("https://kakaobanklogin.com/", Verdict::Dangerous, "link_brand_in_domain"),
        ("https://naver.xyz/", Verdict::Suspicious, "link_brand_in_domain"),
        ("https://example.org/www.naver.com/login", Verdict::Suspicious, "link_brand_in_path"),
        ("https://paypa1.com/", Verdict::Dangerous, "link_look_alike"),
        ("https://rnicrosoft.com/", Verdict::Dangerous, "link_look_alike"),
        ("https://face-book.com/", Verdict::Dangerous, "link_look_alike"),
        ("https://coupnag.com/", Verdict::Suspicious, "link_look_alike"),
        ("https://nаver.com/", Verdict::Dangerous, "host_mixed_scripts"),
        ("https://xn--80aa0cbo65f.com/", Verdict::Dangerous, "host_whole_script"),
        ("https://ｎａｖｅｒ.com/", Verdict::Suspicious, "host_mapped"),
    ] {
        check(text, verdict, code);
    }
}

#[test]
fn forms_that_disguise_an_address_are_named() {
    for (text, verdict, code) in [
        ("javascript:alert(1)", Verdict::Dangerous, "link_scheme_forbidden"),
        ("intent://scan/#Intent;scheme=zxing;end", Verdict::Dangerous, "link_scheme_forbidden"),
        ("https://naver.com@example.org/", Verdict::Dangerous, "link_userinfo"),
        ("https://3232235521/", Verdict::Dangerous, "link_host_disguised_ip"),
        ("https://0x7f.1/", Verdict::Dangerous, "link_host_disguised_ip"),
        ("https://192.168.0.1/", Verdict::Suspicious, "link_host_local"),
        ("https://[::ffff:10.0.0.1]/", Verdict::Suspicious, "link_host_local"),
        ("https://printer.local/", Verdict::Suspicious, "link_host_local"),
        ("https://n%61ver.com/", Verdict::Dangerous, "link_host_escaped"),
        ("https://example.org:8443/", Verdict::Suspicious, "link_port"),
        ("https:\\\\example.org\\a", Verdict::Suspicious, "link_backslash"),
        ("http://example.org/", Verdict::Suspicious, "link_not_https"),
        ("https://example.org/app.apk", Verdict::Dangerous, "link_download"),
        ("https://example.org/\u{202E}gpj.exe", Verdict::Dangerous, "text_bidi"),
        ("https://exa\u{200B}mple.org/", Verdict::Suspicious, "text_invisible"),
        ("https://a.b.c.d.e.example.org/", Verdict::Suspicious, "link_many_subdomains"),
        ("https://x7k29qpz.top/", Verdict::Suspicious, "link_risky_ending"),
        ("https://shop.github.io/", Verdict::Unverified, "link_free_hosting"),
        ("https://[::1", Verdict::Invalid, "link_unreadable"),
        ("https://bit.ly/3xYz", Verdict::Suspicious, "link_shortener"),
    ] {
        check(text, verdict, code);
    }
}

#[test]
fn links_inside_links_are_followed_to_a_bound() {
    for (text, verdict, code) in [
        ("https://example.org/?next=https://other.example.net/", Verdict::Suspicious, "link_redirect"),
        ("https://example.org/?next=https://www.example.org/a", Verdict::Unverified, ""),
        ("https://example.org/?url=javascript:alert(1)", Verdict::Dangerous, "link_redirect_dangerous"),
        ("https://example.org/?u=https%3A%2F%2Fpaypa1.com", Verdict::Dangerous, "link_redirect_dangerous"),
        ("https://example.org/?u=https%253A%252F%252Fpaypa1.com", Verdict::Dangerous, "link_redirect_dangerous"),
        (
            "https://example.org/?a=https://example.org/?b=https://paypa1.com",
            Verdict::Dangerous,
            "link_redirect_dangerous",
        ),
        ("https://example.org/?goto=paypa1.com/x", Verdict::Dangerous, "link_redirect_dangerous"),
        ("https://example.org/#//paypa1.com", Verdict::Dangerous, "link_redirect_dangerous"),
        ("https://example.org/r/https://paypa1.com", Verdict::Dangerous, "link_redirect_dangerous"),
    ] {
        check(text, verdict, code);
    }
    let many = format!("https://example.org/?{}", "a=https://example.org&".repeat(20));
    check(&many, Verdict::Suspicious, "link_redirect");
}

#[test]
fn an_address_without_a_scheme_is_judged_as_a_link() {
    check("naver.com/pay", Verdict::Unverified, "link_scheme_missing");
    check("  www.naver.com:443/x ", Verdict::Unverified, "link_scheme_missing");
    check("paypa1.com", Verdict::Dangerous, "link_look_alike");
    let seen = see("  nаver.com");
    let place = seen.findings.iter().find(|finding| finding.code == "host_mixed_scripts").map(|finding| finding.at);
    assert_eq!(place, Some(2));
    let seen = see("https://kakao.com@evil.kr/");
    assert_eq!(seen.findings.iter().map(|finding| (finding.code, finding.at)).next(), Some(("link_userinfo", 8)));
    for text in ["hello", "3.14", "one.two three", "file.unknownending", "한빛커피"] {
        assert_eq!(see(text).scheme, Scheme::Unknown, "{text}");
    }
}

#[test]
fn texts_that_are_no_pages_are_recognised() {
    for (text, verdict, code) in [
        ("WIFI:T:WPA;S:cafe;P:secret123;;", Verdict::Unverified, "wifi_join"),
        ("WIFI:S:cafe;;", Verdict::Suspicious, "wifi_open"),
        ("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Kim\r\nEND:VCARD", Verdict::Unverified, "contact_card"),
        ("MECARD:N:Kim;TEL:0212345678;;", Verdict::Unverified, "contact_card"),
        ("tel:+82212345678", Verdict::Unverified, "phone_call"),
        ("tel:*21*01012345678%23", Verdict::Dangerous, "phone_code"),
        ("sms:1588?body=yes", Verdict::Suspicious, "message_to_send"),
        ("mailto:kim@example.com?subject=hi", Verdict::Unverified, "mail_to_send"),
        ("mailto:tᴡitter@example.com", Verdict::Suspicious, "email_local_part"),
        ("mailto:kim@paypa1.com", Verdict::Dangerous, "link_look_alike"),
        ("geo:37.5,127.0", Verdict::Unverified, "place_on_map"),
        ("bitcoin:1BoatSLRHtKNngkdXEeobR76b53LETtpyT?amount=0.1", Verdict::Unverified, "link_other_payment"),
        ("BEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT", Verdict::Unverified, "calendar_entry"),
        ("foo:bar", Verdict::Suspicious, "link_scheme_unknown"),
    ] {
        check(text, verdict, code);
    }
}

#[test]
fn names_in_codes_are_shown_safely_and_compared_with_the_payees() {
    let known = KnownNames::new(["Hanbit Coffee"]);
    let link = "upi://pay?pa=shop@bank&pn=Hаnbit%20Coffee%E2%80%AE&am=1.00&cu=INR";
    let seen = inspect_among(link, None, Instant::EPOCH, &known);
    let codes: Vec<&str> = seen.findings.iter().map(|finding| finding.code).collect();
    assert!(codes.contains(&"text_bidi") && codes.contains(&"name_like_registered"), "{codes:?}");
    assert_eq!(seen.fields.pn.as_deref(), Some("Hаnbit Coffee\u{FFFD}"));
    assert_eq!(seen.verdict, Verdict::Suspicious);
    let seen = inspect_among("https://hanbitc0ffee.kr/", None, Instant::EPOCH, &known);
    assert!(seen.findings.iter().any(|finding| finding.code == "link_look_alike"));
    let seen = inspect_among("https://hanbitcoffee.kr/", None, Instant::EPOCH, &known);
    assert_eq!(seen.verdict, Verdict::Unverified, "{:?}", seen.findings);
}

include!("judged.rs");

#[test]
fn hostile_shapes_hold() {
    for text in
        ["https://", "https:", ":", "a:", "https://@", "https://:@:", "https://[", "//x", "https://..", "mailto:@"]
    {
        holds(text);
    }
    for (unit, count) in
        [("a.", 4_000), ("%25", 2_700), ("https://x?u=", 600), ("а.", 2_600), ("xn--a.", 1_300), ("@", 8_000)]
    {
        holds(&format!("https://{}", unit.repeat(count)));
    }
}

proptest! {
    #[test]
    fn any_text_is_judged(text in any::<String>()) {
        holds(&text);
    }

    #[test]
    fn any_link_is_judged(
        scheme in "(https?|mailto|tel|WIFI|upi|sms|x)",
        slashes in "[:/\\\\@]{0,4}",
        host in "[a-zа-яα-ω가-힣.·ー%0-9xn\\-@:\\[\\]\u{200b}\u{202e}\u{301}]{0,40}",
        rest in "([/?#&=%:.a-z0-9\\\\]|https://|url=|paypal\\.com){0,20}",
    ) {
        holds(&format!("{scheme}:{slashes}{host}{rest}"));
    }

    #[test]
    fn an_honest_link_with_one_letter_replaced_never_panics(at in 0_usize..40, letter in any::<char>()) {
        let mut chars: Vec<char> = "https://pay.naver.com/a?next=https://naver.com/".chars().collect();
        chars[at] = letter;
        holds(&chars.into_iter().collect::<String>());
    }
}
