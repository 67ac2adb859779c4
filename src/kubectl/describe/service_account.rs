//! `describe serviceaccount`.

use super::common::{head, multiline};
use super::writer::Writer;
use crate::apimachinery::{Time, Value};

pub fn describe(sa: &Value, w: &mut Writer, _: Time) {
    head(w, sa);
    let secrets = sa["imagePullSecrets"].items().iter().map(|s| s["name"].str().to_owned());
    multiline(w, "Image pull secrets", secrets);
}
