//! Tokens: the one by which a limited list goes on, and JSON web tokens. Models `apiserver/pkg/storage/continue.go`.

use crate::apimachinery::base64;
use crate::apimachinery::{Status, Value};
use crate::object;

/// A token for the keys after `key`, at a revision.
pub fn encode(revision: u64, key: &str) -> String {
    let token = object! {
        "v" => "meta.k8s.io/v1", "rv" => i64::try_from(revision).unwrap_or(i64::MAX), "start" => format!("{key}\0"),
    };
    base64::encode_url(token.to_string().as_bytes())
}

/// The revision and the last key that was sent.
pub fn decode(token: &str) -> Result<(u64, String), Status> {
    let bad = |why: &str| Status::bad_request(format!("continue key is not valid: {why}"));
    let bytes = base64::decode_url(token).ok_or_else(|| bad("illegal base64 data"))?;
    let text = String::from_utf8(bytes).map_err(|_| bad("invalid token"))?;
    let value = Value::from_json(&text).map_err(|_| bad("invalid token"))?;
    if value["v"].str() != "meta.k8s.io/v1" {
        return Err(bad("server does not recognize this encoded version"));
    }
    let revision = u64::try_from(value["rv"].int()).unwrap_or(0);
    Ok((revision, value["start"].str().trim_end_matches('\0').to_owned()))
}

/// The claims of a JSON web token, unchecked; None where it is none.
pub fn claims(token: &str) -> Option<Value> {
    let bytes = base64::decode_url(token.split('.').nth(1)?)?;
    Value::from_json(&String::from_utf8(bytes).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_token_is_read_and_ours_are_of_its_form() {
        // From a recorded list of configmaps with limit=1; the real one writes its fields in another order.
        let real = "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6OTUwNSwic3RhcnQiOiIvY1x1MDAwMCJ9";
        assert_eq!(decode(real), Ok((9505, "/c".to_owned())));
        for key in ["a", "ab", "default/web", "ns/ü"] {
            assert_eq!(decode(&encode(7, key)), Ok((7, key.to_owned())));
        }
        assert!(decode("%%").is_err() && decode("e30").is_err());
    }
}
