//! The hash of a pod template that names its replica set. Models `controller.ComputeHash`, over canonical JSON.

use crate::apimachinery::Value;

/// The alphabet of names, indexed by the digits of a number. Models `rand.SafeEncodeString`.
const SAFE: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";

/// Characters from a template and how often its hash collided.
pub fn of_template(template: &Value, collisions: Option<i64>) -> String {
    let mut template = template.clone();
    template.remove_in(&["metadata", "labels", super::util::HASH_LABEL]);
    let collisions = collisions.map_or(Vec::new(), |c| c.to_le_bytes().to_vec());
    let bytes = template.to_string();
    // FNV-1a, 32 bits.
    let hash =
        bytes.bytes().chain(collisions).fold(0x811c_9dc5_u32, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193));
    encode(&hash.to_string())
}

fn encode(text: &str) -> String {
    text.bytes().map(|b| SAFE.get(usize::from(b) % SAFE.len()).copied().unwrap_or(b'b') as char).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object;

    #[test]
    fn the_hash_label_does_not_count() {
        let plain = object! { "metadata" => object! { "labels" => object! { "a" => "b" } } };
        let mut labelled = plain.clone();
        labelled.set_in(&["metadata", "labels", "pod-template-hash"], "x");
        assert_eq!(of_template(&plain, None), of_template(&labelled, None));
        assert_ne!(of_template(&plain, None), of_template(&plain, Some(1)));
        // Digits become these letters, as in recorded names.
        assert_eq!(encode("0123456789"), "456789bcdf");
    }
}
