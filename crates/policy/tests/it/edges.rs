//! The edges of time: ninety seconds around a start, midnight, clocks that go forward and back, leap days, month ends.

use policy::{Library, Outcome, Request};

/// A pack of one rule.
fn library(zone: &str, effective: &str, rule: &str) -> Library {
    let text = format!(
        "id = \"t\"\ntitle = \"T\"\nversion = \"1\"\njurisdiction = \"EU\"\nlayer = \"regulator\"\nstatus = \"in_force\"\n\
         effective = {{ {effective} }}\ntime_zone = \"{zone}\"\ncurrency = \"EUR\"\nevidence = \"V1\"\n\
         [citations]\na = {{ law = \"L\", article = \"1\", source = \"S\" }}\n\
         [[rules]]\nid = \"r\"\ncitation = \"a\"\nsay = \"s\"\n{rule}\n"
    );
    Library::read([("t.toml", text.as_str())]).unwrap()
}

/// A cap of 100 euros over `window`.
fn cap(zone: &str, window: &str) -> Library {
    library(zone, "from = 2020-01-01", &format!("kind = \"limit\"\ncap = \"100 EUR\"\nwindow = {window}"))
}

fn request(at: &str, payer: &str, history: &[(&str, u32)]) -> Request {
    let events: Vec<String> =
        history.iter().map(|(at, euros)| format!(r#"{{"at":"{at}","amount":"{euros} EUR"}}"#)).collect();
    let events = events.join(",");
    let json = format!(
        r#"{{"at":"{at}","packs":["t"],"operation":{{"amount":"40 EUR"}},"payer":{{{payer}}},"history":[{events}]}}"#
    );
    Request::from_json(&json).unwrap()
}

fn outcome(library: &Library, request: &Request) -> Outcome {
    policy::decide(library, request).unwrap().outcome
}

/// A payment of 40 euros at `at` after these, under a cap of 100 over a window.
#[track_caller]
fn check(library: &Library, at: &str, history: &[(&str, u32)], expected: Outcome) {
    assert_eq!(outcome(library, &request(at, "", history)), expected, "at {at} after {history:?}");
}

/// Whether the only rule speaks at `at`.
#[track_caller]
fn check_in_force(library: &Library, at: &str, expected: bool) {
    let is = outcome(library, &request(at, "", &[])) == Outcome::Deny;
    assert_eq!(is, expected, "at {at}");
}

use Outcome::{Deny, Permit};

#[test]
fn a_pack_starts_to_the_second_by_its_own_clock_and_ninety_seconds_before_it_does_not() {
    let gate = library("Asia/Seoul", "from = 2026-04-01", "kind = \"gate\"");
    check_in_force(&gate, "2026-03-31T23:58:30+09:00", false);
    check_in_force(&gate, "2026-03-31T23:59:59.999+09:00", false);
    check_in_force(&gate, "2026-04-01T00:00:00+09:00", true);
    check_in_force(&gate, "2026-04-01T00:01:30+09:00", true);
    // The same moments, said elsewhere.
    check_in_force(&gate, "2026-03-31T14:58:30Z", false);
    check_in_force(&gate, "2026-03-31T15:00:00Z", true);
}

#[test]
fn a_pack_ends_before_its_last_moment() {
    let gate = library("Asia/Seoul", "from = 2020-01-01, to = 2026-04-01", "kind = \"gate\"");
    check_in_force(&gate, "2026-03-31T23:58:30+09:00", true);
    check_in_force(&gate, "2026-03-31T23:59:59.999+09:00", true);
    check_in_force(&gate, "2026-04-01T00:00:00+09:00", false);
    check_in_force(&gate, "2026-04-01T00:01:30+09:00", false);
}

#[test]
fn a_start_in_the_hour_that_does_not_exist_is_the_first_moment_after_it() {
    // Berlin, 29 March 2026: 02:00 to 03:00 are left out.
    let gate = library("Europe/Berlin", "from = 2026-03-29T02:30:00", "kind = \"gate\"");
    check_in_force(&gate, "2026-03-29T01:59:59+01:00", false);
    check_in_force(&gate, "2026-03-29T03:00:00+02:00", true);
}

#[test]
fn a_start_in_the_hour_that_comes_twice_is_its_first_coming_and_stays() {
    // Berlin, 25 October 2026: 02:00 to 03:00 come twice.
    let gate = library("Europe/Berlin", "from = 2026-10-25T02:30:00", "kind = \"gate\"");
    check_in_force(&gate, "2026-10-25T02:29:59+02:00", false);
    check_in_force(&gate, "2026-10-25T02:30:00+02:00", true);
    check_in_force(&gate, "2026-10-25T02:15:00+01:00", true);
    check_in_force(&gate, "2026-10-25T03:00:00+01:00", true);
    let gone = library("Europe/Berlin", "from = 2020-01-01, to = 2026-10-25T02:30:00", "kind = \"gate\"");
    check_in_force(&gone, "2026-10-25T02:29:59+02:00", true);
    check_in_force(&gone, "2026-10-25T02:15:00+01:00", false);
}

#[test]
fn midnight_parts_days() {
    let day = cap("Asia/Seoul", "\"day\"");
    check(&day, "2026-05-05T23:59:59.999+09:00", &[("2026-05-05T00:00:00+09:00", 61)], Deny);
    check(&day, "2026-05-06T00:00:00+09:00", &[("2026-05-05T23:59:59.999+09:00", 61)], Permit);
    check(&day, "2026-05-06T00:00:00+09:00", &[("2026-05-06T00:00:00+09:00", 61)], Deny);
    // One day in Seoul is two in London.
    check(&day, "2026-05-05T20:00:00Z", &[("2026-05-05T15:00:00Z", 61)], Deny);
    check(&day, "2026-05-05T15:00:00Z", &[("2026-05-05T14:59:59Z", 61)], Permit);
}

#[test]
fn the_day_on_which_clocks_go_forward_has_twenty_three_hours_and_one_cap() {
    let day = cap("Europe/Berlin", "\"day\"");
    check(&day, "2026-03-29T23:59:59+02:00", &[("2026-03-29T00:00:00+01:00", 61)], Deny);
    check(&day, "2026-03-30T00:00:00+02:00", &[("2026-03-29T00:00:00+01:00", 61)], Permit);
    let rolling = cap("Europe/Berlin", "{ rolling = \"24h\" }");
    // 24 hours are 24 hours: by the wall clock, 25.
    check(&rolling, "2026-03-29T13:59:59+02:00", &[("2026-03-28T13:00:00+01:00", 61)], Deny);
    check(&rolling, "2026-03-29T14:00:00+02:00", &[("2026-03-28T13:00:00+01:00", 61)], Permit);
}

#[test]
fn the_day_on_which_clocks_go_back_has_twenty_five_hours_and_one_cap() {
    let day = cap("Europe/Berlin", "\"day\"");
    // 00:30 in summer time and 23:30 in winter time: 24 hours apart, and one day.
    check(&day, "2026-10-25T23:30:00+01:00", &[("2026-10-25T00:30:00+02:00", 61)], Deny);
    check(&day, "2026-10-26T00:00:00+01:00", &[("2026-10-25T00:30:00+02:00", 61)], Permit);
    // Half past two comes twice; both are of that day.
    check(&day, "2026-10-25T02:30:00+01:00", &[("2026-10-25T02:30:00+02:00", 61)], Deny);
    let rolling = cap("Europe/Berlin", "{ rolling = \"24h\" }");
    check(&rolling, "2026-10-25T12:59:59+01:00", &[("2026-10-24T14:00:00+02:00", 61)], Deny);
    check(&rolling, "2026-10-25T13:00:00+01:00", &[("2026-10-24T14:00:00+02:00", 61)], Permit);
}

#[test]
fn a_night_over_a_change_of_clocks_is_one_night_with_one_cap() {
    let night = cap("Europe/Berlin", "{ band = [\"20:00\", \"06:00\"] }");
    // Nine hours long, then eleven.
    check(&night, "2026-03-29T05:59:59+02:00", &[("2026-03-28T20:00:00+01:00", 61)], Deny);
    check(&night, "2026-03-29T06:00:00+02:00", &[("2026-03-28T20:00:00+01:00", 61)], Permit);
    check(&night, "2026-10-25T05:59:59+01:00", &[("2026-10-24T20:00:00+02:00", 61)], Deny);
    check(&night, "2026-10-24T20:00:00+02:00", &[("2026-10-24T19:59:59+02:00", 61)], Permit);
}

#[test]
fn a_band_that_begins_within_the_missing_hour_begins_after_it() {
    let band = cap("Europe/Berlin", "{ band = [\"02:30\", \"06:00\"] }");
    check(&band, "2026-03-29T04:00:00+02:00", &[("2026-03-29T01:59:59+01:00", 61)], Permit);
    check(&band, "2026-03-29T04:00:00+02:00", &[("2026-03-29T03:00:00+02:00", 61)], Deny);
}

#[test]
fn a_month_after_the_thirty_first_is_the_last_of_february() {
    let retention = library("Asia/Seoul", "from = 2020-01-01", "kind = \"retention\"\nclass = \"c\"\nkeep = \"1mo\"");
    let kept = |at: &str| policy::decide(&retention, &request(at, "", &[])).unwrap().retention[0].until.clone();
    assert_eq!(kept("2026-01-31T12:00:00+09:00"), "2026-02-28");
    assert_eq!(kept("2028-01-31T12:00:00+09:00"), "2028-02-29");
    assert_eq!(kept("2026-03-31T23:59:59+09:00"), "2026-04-30");
    assert_eq!(kept("2026-02-28T12:00:00+09:00"), "2026-03-28");
    assert_eq!(kept("2026-12-31T12:00:00+09:00"), "2027-01-31");
}

#[test]
fn a_year_after_the_leap_day_is_the_last_of_february() {
    let retention = library("Asia/Seoul", "from = 2020-01-01", "kind = \"retention\"\nclass = \"c\"\nkeep = \"1y\"");
    let kept = |at: &str| policy::decide(&retention, &request(at, "", &[])).unwrap().retention[0].until.clone();
    assert_eq!(kept("2028-02-29T12:00:00+09:00"), "2029-02-28");
    assert_eq!(kept("2027-02-28T12:00:00+09:00"), "2028-02-28");
}

#[test]
fn months_and_years_part_where_the_calendar_does() {
    let month = cap("Asia/Seoul", "\"month\"");
    check(&month, "2028-02-29T23:59:59+09:00", &[("2028-02-01T00:00:00+09:00", 61)], Deny);
    check(&month, "2028-03-01T00:00:00+09:00", &[("2028-02-29T23:59:59+09:00", 61)], Permit);
    check(&month, "2026-03-01T00:00:00+09:00", &[("2026-02-28T23:59:59+09:00", 61)], Permit);
    let year = cap("Asia/Seoul", "\"year\"");
    check(&year, "2026-12-31T23:59:59+09:00", &[("2026-01-01T00:00:00+09:00", 61)], Deny);
    check(&year, "2027-01-01T00:00:00+09:00", &[("2026-12-31T23:59:59+09:00", 61)], Permit);
}

#[test]
fn a_bill_that_closes_on_the_thirty_first_closes_on_the_last_day_of_a_short_month() {
    let cycle = cap("Asia/Tokyo", "{ cycle = \"payer.closing_day\" }");
    let check = |at: &str, before: &str, expected: Outcome| {
        assert_eq!(
            outcome(&cycle, &request(at, r#""closing_day":31"#, &[(before, 61)])),
            expected,
            "{at} after {before}"
        );
    };
    check("2026-02-28T23:59:59+09:00", "2026-02-01T00:00:00+09:00", Deny);
    check("2026-03-01T00:00:00+09:00", "2026-02-28T23:59:59+09:00", Permit);
    check("2028-02-29T23:59:59+09:00", "2028-02-01T00:00:00+09:00", Deny);
    check("2028-03-01T00:00:00+09:00", "2028-02-29T23:59:59+09:00", Permit);
    check("2026-05-01T00:00:00+09:00", "2026-04-30T23:59:59+09:00", Permit);
    check("2026-04-30T12:00:00+09:00", "2026-03-31T23:59:59+09:00", Permit);
}

#[test]
fn whoever_was_born_on_a_leap_day_is_older_on_the_first_of_march() {
    let age = library("Asia/Seoul", "from = 2020-01-01", "kind = \"age\"\nat_least = 19");
    let born = r#""born_on":"2008-02-29""#;
    assert_eq!(outcome(&age, &request("2027-02-28T23:59:59+09:00", born, &[])), Deny);
    assert_eq!(outcome(&age, &request("2027-03-01T00:00:00+09:00", born, &[])), Permit);
    // Where an age is reached the day before the birthday: at the end of February.
    let eve = library("Asia/Tokyo", "from = 2020-01-01", "kind = \"age\"\nat_least = 20\nattain = \"day_before\"");
    assert_eq!(outcome(&eve, &request("2028-02-27T23:59:59+09:00", born, &[])), Deny);
    assert_eq!(outcome(&eve, &request("2028-02-28T00:00:00+09:00", born, &[])), Permit);
}

#[test]
fn rolling_business_days_count_only_days_on_which_people_work() {
    let rolling = cap("Europe/Berlin", "{ rolling = \"2bd\" }");
    // Monday and the Friday before are two business days; the weekend between them counts too, Thursday does not.
    check(&rolling, "2026-05-11T12:00:00+02:00", &[("2026-05-08T00:00:00+02:00", 61)], Deny);
    check(&rolling, "2026-05-11T12:00:00+02:00", &[("2026-05-09T12:00:00+02:00", 61)], Deny);
    check(&rolling, "2026-05-11T12:00:00+02:00", &[("2026-05-07T23:59:59+02:00", 61)], Permit);
}
