//! `describe certificatesigningrequest`. Models `CertificateSigningRequestDescriber`.

use super::common::{date, flat};
use super::writer::Writer;
use crate::apimachinery::base64;
use crate::apimachinery::time::{Duration, human_duration};
use crate::apimachinery::{Object, Time, Value};

/// Models `describeCertificateSigningRequest`.
pub fn describe(csr: &Value, w: &mut Writer, _: Time) {
    let spec = &csr["spec"];
    w.field(0, "Name", csr.name());
    w.field(0, "Labels", flat(csr.labels()));
    w.field(0, "Annotations", flat(csr.annotations()));
    w.field(0, "CreationTimestamp", date(csr.at("metadata.creationTimestamp")));
    w.field(0, "Requesting User", spec["username"].str());
    w.optional(0, "Signer", &spec["signerName"]);
    if let Some(seconds) = spec["expirationSeconds"].as_i64() {
        let duration = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
        w.field(0, "Requested Duration", human_duration(duration));
    }
    w.field(0, "Status", status(csr));
    let subject = base64::decode(spec["request"].str()).ok().and_then(|pem| subject(&pem)).unwrap_or_default();
    let of = |oid: u8| subject.iter().filter(|(o, _)| *o == oid).map(|(_, v)| v.as_str()).collect::<Vec<&str>>();
    w.write(0, "Subject:\n");
    for (name, oid) in [("Common Name", 3), ("Serial Number", 5)] {
        w.write(0, format!("\t{name}:\t{}\n", of(oid).last().unwrap_or(&"")));
    }
    for (name, oid) in LISTS {
        let values = of(oid);
        if !values.is_empty() {
            w.write(0, format!("\t{name}:\t{}\n", values.join("\n\t\t")));
        }
    }
}

/// The attributes of a subject that may come more than once, with the last part of their object identifiers (2.5.4.x).
const LISTS: [(&str, u8); 7] = [
    ("Organization", 10),
    ("Organizational Unit", 11),
    ("Country", 6),
    ("Locality", 7),
    ("Province", 8),
    ("StreetAddress", 9),
    ("PostalCode", 17),
];

/// Models `extractCSRStatus`.
fn status(csr: &Value) -> String {
    let has = |kind: &str| csr.at("status.conditions").items().iter().any(|c| c["type"].str() == kind);
    let mut out = match (has("Denied"), has("Approved")) {
        (true, _) => "Denied",
        (_, true) => "Approved",
        _ => "Pending",
    }
    .to_owned();
    if has("Failed") {
        out.push_str(",Failed");
    }
    if !csr.at("status.certificate").str().is_empty() {
        out.push_str(",Issued");
    }
    out
}

/// The attributes of the subject of a PEM certificate request: the last part of the identifier, and the text.
fn subject(pem: &[u8]) -> Option<Vec<(u8, String)>> {
    let text = String::from_utf8_lossy(pem);
    let body: String = text
        .lines()
        .skip_while(|l| !l.starts_with("-----BEGIN "))
        .skip(1)
        .take_while(|l| !l.starts_with("-----END "))
        .collect();
    let der = base64::decode(&body).ok()?;
    let (request, _) = element(&der)?;
    let (info, _) = element(request)?;
    let (_, after_version) = element(info)?;
    let (mut names, _) = element(after_version)?;
    let mut out = Vec::new();
    while let Some((set, rest)) = element(names) {
        names = rest;
        let (attribute, _) = element(set)?;
        let (oid, value) = element(attribute)?;
        let (value, _) = element(value)?;
        if let [0x55, 0x04, last] = oid {
            out.push((*last, String::from_utf8_lossy(value).into_owned()));
        }
    }
    Some(out)
}

/// The content of the first element of a DER text, and what follows it.
fn element(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (first, rest) = (usize::from(*der.get(1)?), der.get(2..)?);
    let (length, rest) = match first {
        0..=0x7f => (first, rest),
        _ => {
            let count = first & 0x7f;
            let bytes = rest.get(..count).filter(|_| count <= 4)?;
            (bytes.iter().fold(0usize, |n, b| n << 8 | usize::from(*b)), rest.get(count..)?)
        }
    };
    Some((rest.get(..length)?, rest.get(length..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_request_has_no_subject() {
        assert!(subject(b"").is_none());
        assert!(subject(b"-----BEGIN X-----\nMIIC\n-----END X-----\n").is_none());
        assert!(element(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0]).is_none());
        assert_eq!(element(&[0x30, 1, 7, 8]), Some((&[7u8][..], &[8u8][..])));
    }
}
