//! EMVCo consumer-presented codes (QRCPS-CPM v1.1): base64 of BER-TLV (ISO/IEC 8825-1), read and written.

use std::collections::HashSet;

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::finding::{Finding, FindingKind, Findings};
use crate::limits;

/// Payload format indicator: `CPV01`.
const FORMAT: u32 = 0x85;
const APPLICATION: u32 = 0x61;
const APPLICATION_ID: u32 = 0x4F;

/// One data object of BER-TLV.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BerObject {
    /// The tag's bytes as one number: `0x61`, `0x9F26`.
    pub tag: u32,
    /// The value's bytes, also when it is a template.
    pub value: Vec<u8>,
    /// The objects of a template (a constructed tag).
    pub children: Vec<Self>,
    /// The byte its tag starts at, from 0.
    pub at: usize,
}

/// A consumer-presented code taken apart as far as it can be, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConsumerCode {
    /// The objects; none when one cannot be read.
    pub objects: Vec<BerObject>,
    /// What was found; positions are bytes of the decoded data.
    pub findings: Vec<Finding>,
}

/// Whether a text is base64 that opens with an object of a consumer-presented code.
pub(crate) fn is_cpm(text: &str) -> bool {
    let head = text.get(..4).and_then(|head| STANDARD.decode(head).ok());
    let opens = head.as_deref().is_some_and(|head| {
        matches!(head, [0x85, 0x01..=0x20, ..] | [0x61..=0x64 | 0x70, ..] | [0x4F | 0x50 | 0x57 | 0x5A, ..])
            || matches!(head, [0x9F | 0x5F, second, ..] if *second >= 0x20 || *second <= 0x3F)
    });
    opens && text.len() >= 8 && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='))
}

/// Takes a code apart and checks it.
#[must_use]
pub fn decode_consumer(text: &str) -> ConsumerCode {
    let Ok(bytes) = STANDARD.decode(text) else {
        return ConsumerCode { objects: Vec::new(), findings: vec![FindingKind::Base64Invalid.at(0)] };
    };
    let mut found = Findings::default();
    found.add(bytes.len() > limits::CONSUMER_BYTES_MAX, FindingKind::CpmTooLong, limits::CONSUMER_BYTES_MAX);
    match walk(&bytes, 0, 0) {
        Err(finding) => {
            found.0.push(finding);
            ConsumerCode { objects: Vec::new(), findings: found.0 }
        }
        Ok(objects) => {
            check(&objects, bytes.len(), &mut found);
            ConsumerCode { objects, findings: found.0 }
        }
    }
}

/// Writes objects as a code: definite lengths in their shortest form; templates are written from their children.
#[must_use]
pub fn encode_consumer(objects: &[BerObject]) -> String {
    let mut bytes = Vec::new();
    objects.iter().for_each(|object| write(object, &mut bytes));
    STANDARD.encode(bytes)
}

fn write(object: &BerObject, out: &mut Vec<u8>) {
    let tag = object.tag.to_be_bytes();
    let first = tag.iter().position(|&byte| byte != 0).unwrap_or(3);
    out.extend(tag.iter().skip(first));
    let mut value = Vec::new();
    if object.children.is_empty() {
        value.extend_from_slice(&object.value);
    }
    object.children.iter().for_each(|child| write(child, &mut value));
    let length = value.len().to_be_bytes();
    let significant: Vec<u8> = length.iter().copied().skip_while(|&byte| byte == 0).collect();
    match significant.as_slice() {
        [] => out.push(0),
        &[short @ 0..=0x7F] => out.push(short),
        long => {
            out.push(u8::try_from(long.len()).map_or(0xFF, |count| 0x80 | count));
            out.extend_from_slice(long);
        }
    }
    out.append(&mut value);
}

/// INVARIANT: `depth` grows with each template and is bounded, so no nesting exhausts the stack; a length is
/// compared with what is there before anything is copied.
fn walk(bytes: &[u8], at: usize, depth: usize) -> Result<Vec<BerObject>, Finding> {
    if depth > limits::CONSUMER_DEPTH_MAX {
        return Err(FindingKind::BerTooDeep.at(at));
    }
    let mut objects = Vec::new();
    let mut rest = bytes;
    let position = |rest: &[u8]| at.saturating_add(bytes.len().saturating_sub(rest.len()));
    while !rest.is_empty() {
        let start = position(rest);
        let (tag, constructed) = take_tag(&mut rest).ok_or(FindingKind::BerTagBroken.at(start))?;
        let length_at = position(rest);
        let length = take_length(&mut rest).ok_or(FindingKind::BerLengthBroken.at(length_at))?;
        let value_at = position(rest);
        let (value, after) = rest.split_at_checked(length).ok_or(FindingKind::BerTruncated.at(start))?;
        rest = after;
        let children = if constructed { walk(value, value_at, depth.saturating_add(1))? } else { Vec::new() };
        objects.push(BerObject { tag, value: value.to_vec(), children, at: start });
    }
    Ok(objects)
}

fn take_byte(rest: &mut &[u8]) -> Option<u8> {
    let (&byte, after) = rest.split_first()?;
    *rest = after;
    Some(byte)
}

/// One to three bytes (EMV Book 3, annex B1); the sixth bit says whether it is a template.
fn take_tag(rest: &mut &[u8]) -> Option<(u32, bool)> {
    let first = take_byte(rest)?;
    let mut tag = u32::from(first);
    if first & 0x1F == 0x1F {
        for round in 0..3 {
            let byte = take_byte(rest)?;
            tag = tag << 8 | u32::from(byte);
            if byte & 0x80 == 0 {
                return Some((tag, first & 0x20 != 0));
            }
            if round == 2 {
                return None;
            }
        }
    }
    Some((tag, first & 0x20 != 0))
}

/// The short form, or the long form of at most three bytes; the indefinite form is refused.
fn take_length(rest: &mut &[u8]) -> Option<usize> {
    let first = take_byte(rest)?;
    if first < 0x80 {
        return Some(usize::from(first));
    }
    let count = first & 0x7F;
    if !(1..=3).contains(&count) {
        return None;
    }
    (0..count).try_fold(0_usize, |length, _| Some(length << 8 | usize::from(take_byte(rest)?)))
}

fn check(objects: &[BerObject], end: usize, found: &mut Findings) {
    match objects.iter().find(|object| object.tag == FORMAT) {
        Some(format) => {
            found.add(format.value != b"CPV01", FindingKind::CpmFormatUnknown, format.at);
            found.add(format.at != 0, FindingKind::CpmFormatMissing, 0);
        }
        None => found.add(true, FindingKind::CpmFormatMissing, 0),
    }
    let mut applications = objects.iter().filter(|object| object.tag == APPLICATION).peekable();
    found.add(applications.peek().is_none(), FindingKind::CpmApplicationMissing, end);
    for application in applications {
        let id = application.children.iter().find(|child| child.tag == APPLICATION_ID);
        found.add(id.is_none(), FindingKind::CpmAidMissing, application.at);
        if let Some(id) = id {
            found.add(!(5..=16).contains(&id.value.len()), FindingKind::CpmAidLength, id.at);
        }
    }
    repeated(objects, true, found);
}

/// Within one template a tag stands once; at the top several applications may be offered.
fn repeated(objects: &[BerObject], top: bool, found: &mut Findings) {
    let mut seen = HashSet::new();
    for object in objects {
        let fresh = seen.insert(object.tag) || top && object.tag == APPLICATION;
        found.add(!fresh, FindingKind::BerTagRepeated, object.at);
        repeated(&object.children, false, found);
    }
}
