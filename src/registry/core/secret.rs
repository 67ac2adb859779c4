//! Secrets. Models `pkg/registry/core/secret/strategy.go`.

use crate::apimachinery::Value;
use crate::registry::printing::{self, AGE, NAME, text};
use crate::registry::simple::Simple;
use crate::registry::validation::{data, immutable};

/// The strategy of Secrets.
pub static STRATEGY: Simple = Simple {
    check: |errors, object| {
        data::data(errors, object, &["data"]);
        data::secret(errors, object);
    },
    check_update: |errors, new, old| {
        immutable(errors, &crate::apimachinery::field::Path::new("type"), &new["type"], &old["type"]);
        errors.extend(data::immutable_data(new, old, &["data"]));
    },
    tidy: merge_string_data,
    columns: &[NAME, text("Type"), text("Data"), AGE],
    cells: |o, now| {
        vec![printing::name(o), o["type"].clone(), o["data"].fields().count().into(), printing::age(o, now)]
    },
    selectable: |o| vec![("type", o["type"].str().to_owned())],
    ..Simple::PLAIN
};

/// `stringData` is a way to write `data`.
fn merge_string_data(secret: &mut Value) {
    let Some(plain) = secret.map_mut().remove("stringData") else { return };
    for (key, value) in plain.fields() {
        secret.set_in(&["data", key], base64(value.str().as_bytes()));
    }
}

/// Standard base64 with padding.
pub fn base64(data: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(data.len().div_ceil(3) * 4);
    for chunk in data.chunks(3) {
        let byte = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4 {
            let six = (bits >> (18 - 6 * i) & 63) as usize;
            out.push(if i <= chunk.len() { ALPHABET[six] as char } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        // RFC 4648, section 10.
        let cases = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")];
        for (plain, want) in cases {
            assert_eq!(base64(plain.as_bytes()), want);
        }
    }
}
