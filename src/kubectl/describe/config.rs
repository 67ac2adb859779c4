//! `describe configmap` and `describe secret`.

use super::common::head;
use super::writer::Writer;
use crate::apimachinery::{Time, Value};

pub fn describe_config_map(cm: &Value, w: &mut Writer, _: Time) {
    head(w, cm);
    w.write(0, "\nData\n====\n");
    for (key, value) in cm["data"].fields() {
        w.write(0, format!("{key}:\n----\n{}\n\n", value.str()));
    }
    w.write(0, "\nBinaryData\n====\n");
    for (key, value) in cm["binaryData"].fields() {
        w.write(0, format!("{key}: {} bytes\n", decoded_length(value.str())));
    }
    w.write(0, "\n");
}

pub fn describe_secret(secret: &Value, w: &mut Writer, _: Time) {
    head(w, secret);
    w.write(0, format!("\nType:\t{}\n", secret["type"].str()));
    w.write(0, "\nData\n====\n");
    for (key, value) in secret["data"].fields() {
        w.field(0, key, format!("{} bytes", decoded_length(value.str())));
    }
}

/// How many bytes a base64 text stands for.
fn decoded_length(text: &str) -> usize {
    text.bytes().filter(|b| *b != b'=' && !b.is_ascii_whitespace()).count() * 3 / 4
}
