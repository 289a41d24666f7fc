//! Honest requests with something changed: never accepted, whatever it is. `PROPTEST_CASES=10000000` makes ten million.

use std::sync::LazyLock;

use credentials::{DeviceRequest, TokenGrant, Verifier};
use device::{DeviceKey, Moment, Phone, Request, SoftwareKey};
use proptest::prelude::*;
use protocol::TestFundsBody;

use crate::attempt::{DEVICE, NOW, ORIGIN, PAYER, verifier};

/// A server, what an honest phone sent it, and that phone's refresh token.
struct Honest {
    verifier: Verifier,
    request: Request,
    refresh: String,
}

static HONEST: LazyLock<Honest> = LazyLock::new(|| {
    let (verifier, key) = (verifier(), SoftwareKey::from_seed([1; 32]).unwrap());
    let grant = TokenGrant { payer: PAYER, device: DEVICE, key: key.jwk().thumbprint(), session: DEVICE.into() };
    let token = verifier.issue_token(&grant, 3, NOW);
    let mut phone = Phone::new(key, ORIGIN, PAYER, DEVICE);
    phone.hear(401, Some(&verifier.issue_nonce(NOW)));
    phone.accept_token(&token);
    let body = TestFundsBody { amount: money::Amount::new(5_000, money::Currency::KRW) };
    let request = phone.post("/v1/test/funds", &body, Moment { now: NOW, random: [5; 16] }).unwrap();
    Honest { verifier, request, refresh: token.refresh_token.unwrap() }
});

/// Something done to a text: a character replaced, removed or put in, a part cut off, or the tail of one doubled.
#[derive(Clone, Debug)]
enum Change {
    Replace(prop::sample::Index, char),
    Remove(prop::sample::Index),
    Insert(prop::sample::Index, char),
    Cut(prop::sample::Index),
    Double(prop::sample::Index),
    Swap(prop::sample::Index, prop::sample::Index),
}

fn letter() -> impl Strategy<Value = char> {
    prop_oneof![8 => prop::char::ranges(vec!['A'..='Z', 'a'..='z', '0'..='9', '-'..='.', '_'..='_'].into()), 1 => any::<char>()]
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        6 => (at(), letter()).prop_map(|(at, char)| Change::Replace(at, char)),
        2 => at().prop_map(Change::Remove),
        2 => (at(), letter()).prop_map(|(at, char)| Change::Insert(at, char)),
        1 => at().prop_map(Change::Cut),
        1 => at().prop_map(Change::Double),
        1 => (at(), at()).prop_map(|(one, other)| Change::Swap(one, other)),
    ]
}

fn changed(text: &str, change: &Change) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let len = chars.len();
    match change {
        Change::Replace(at, char) => chars[at.index(len)] = *char,
        Change::Remove(at) => drop(chars.remove(at.index(len))),
        Change::Insert(at, char) => chars.insert(at.index(len + 1), *char),
        Change::Cut(at) => chars.truncate(at.index(len)),
        Change::Double(at) => chars.extend_from_within(at.index(len)..),
        Change::Swap(one, other) => chars.swap(one.index(len), other.index(len)),
    }
    chars.into_iter().collect()
}

fn accepted(authorization: &str, dpop: &str, body: &[u8]) -> bool {
    let request = DeviceRequest {
        authorization: Some(authorization),
        dpop: Some(dpop),
        method: "POST",
        path: "/v1/test/funds",
        body,
    };
    HONEST.verifier.signed::<TestFundsBody>(&request, NOW).is_ok()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000.max(ProptestConfig::default().cases), ..ProptestConfig::default() })]

    #[test]
    fn a_changed_token_proof_or_body_is_never_accepted(which in 0..3_usize, change in change()) {
        let Honest { request, .. } = &*HONEST;
        let parts = [
            request.header("authorization").unwrap().to_owned(),
            request.header("dpop").unwrap().to_owned(),
            String::from_utf8(request.body.clone()).unwrap(),
        ];
        prop_assert!(accepted(&parts[0], &parts[1], parts[2].as_bytes()));
        let mut sent = parts.clone();
        sent[which] = changed(&parts[which], &change);
        // The scheme is read in any case (RFC 9110 §11.1); whatever else differs is another request.
        let same = sent == parts || which == 0 && sent[0].eq_ignore_ascii_case(&parts[0]) && sent[0][5..] == parts[0][5..];
        prop_assert_eq!(accepted(&sent[0], &sent[1], sent[2].as_bytes()), same, "{:?}", sent);
    }

    #[test]
    fn a_changed_refresh_token_is_none(change in change()) {
        let text = changed(&HONEST.refresh, &change);
        prop_assert_eq!(HONEST.verifier.refresh(&text, PAYER, DEVICE).is_some(), text == HONEST.refresh);
    }
}

/// How many changed requests [`so_many_changed_requests_are_refused`] makes where nobody says otherwise.
const COUNT: u64 = 20_000;

/// Numbers that look like chance and are the same in every run (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }

    /// One to four things done to a text.
    fn change(&mut self, text: &str) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/{}\":, \0";
        let mut bytes = text.as_bytes().to_vec();
        for _ in 0..=self.below(4) {
            let (at, letter) = (self.below(bytes.len()), LETTERS[self.below(LETTERS.len())]);
            match self.below(8) {
                _ if bytes.is_empty() => bytes.push(letter),
                0..=3 => bytes[at] = letter,
                4 => drop(bytes.remove(at)),
                5 => bytes.insert(at, letter),
                6 => bytes.truncate(at),
                _ => {
                    let other = self.below(bytes.len());
                    bytes.swap(at, other);
                }
            }
        }
        String::from_utf8(bytes).unwrap_or_default()
    }
}

/// Ten million with `cargo xtask fuzz-long`: tokens, proofs, bodies and refresh tokens, all threads at once.
#[test]
fn so_many_changed_requests_are_refused() {
    #[expect(clippy::disallowed_methods, reason = "a test's own setting: how many")]
    let count = std::env::var("FARTHING_MUTATIONS").map_or(COUNT, |count| count.parse().unwrap());
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
    let Honest { request, refresh, .. } = &*HONEST;
    let parts = [
        request.header("authorization").unwrap().to_owned(),
        request.header("dpop").unwrap().to_owned(),
        String::from_utf8(request.body.clone()).unwrap(),
        refresh.clone(),
    ];
    assert!(accepted(&parts[0], &parts[1], parts[2].as_bytes()));
    let run = |thread: u64| {
        let (mut dice, mut refused, mut same) = (Dice(thread), 0_u64, 0_u64);
        for _ in 0..count.div_ceil(threads) {
            let which = dice.below(4);
            let mut sent = parts.clone();
            sent[which] = dice.change(&parts[which]);
            let holds = match which {
                3 => HONEST.verifier.refresh(&sent[3], PAYER, DEVICE).is_some(),
                _ => accepted(&sent[0], &sent[1], sent[2].as_bytes()),
            };
            let is_same = sent == parts
                || which == 0 && sent[0].eq_ignore_ascii_case(&parts[0]) && sent[0].get(5..) == parts[0].get(5..);
            assert_eq!(holds, is_same, "{sent:?}");
            (refused, same) = (refused + u64::from(!holds), same + u64::from(holds));
        }
        (refused, same)
    };
    let sums = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|thread| scope.spawn(move || run(thread))).collect();
        running.into_iter().map(|one| one.join().unwrap()).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    });
    println!("{} changed requests refused; {} came out as they were", sums.0, sums.1);
    assert!(sums.0 + sums.1 >= count && sums.0 > count / 2);
}
