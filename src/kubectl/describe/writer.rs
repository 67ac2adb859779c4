//! What describers write to. Models `describe.PrefixWriter` over a tabwriter.

use crate::apimachinery::Value;
use crate::cli::printers::TabWriter;
use std::fmt::Display;

/// Indents by level and aligns what is separated by tabs.
pub struct Writer {
    tabs: TabWriter,
    done: String,
}

impl Default for Writer {
    fn default() -> Self {
        Self { tabs: TabWriter::describe(), done: String::new() }
    }
}

impl Writer {
    /// Writes text behind two blanks a level; control characters of terminals are shown, not sent.
    pub fn write(&mut self, level: usize, text: impl AsRef<str>) {
        let text = text.as_ref();
        (0..level).for_each(|_| self.tabs.write("  "));
        if text.contains(['\x1b', '\r']) {
            self.tabs.write(&text.replace('\x1b', "^[").replace('\r', "\\r"));
        } else {
            self.tabs.write(text);
        }
    }

    /// A line with these cells.
    pub fn row(&mut self, level: usize, cells: &[&str]) {
        self.write(level, cells.join("\t") + "\n");
    }

    /// `Name:   value`
    pub fn field(&mut self, level: usize, name: &str, value: impl Display) {
        self.write(level, format!("{name}:\t{value}\n"));
    }

    /// The field where it is set.
    pub fn optional(&mut self, level: usize, name: &str, value: &Value) {
        if !value.is_null() && value.as_str() != Some("") {
            self.field(level, name, plain(value));
        }
    }

    /// The field, or a word in its place.
    pub fn field_or(&mut self, level: usize, name: &str, value: &Value, otherwise: &str) {
        if value.is_null() || value.as_str() == Some("") {
            self.field(level, name, otherwise);
        } else {
            self.field(level, name, plain(value));
        }
    }

    /// Ends the alignment with what stands above.
    pub fn flush(&mut self) {
        let text = self.tabs.flush();
        self.done.push_str(&text);
    }

    pub fn finish(mut self) -> String {
        self.flush();
        self.done
    }

    /// What was written, its tabs as they are.
    pub fn unaligned(self) -> String {
        self.done + &self.tabs.into_text()
    }
}

/// A value as Go's `%v` prints it: strings bare, lists in brackets.
pub fn plain(value: &Value) -> String {
    match value {
        Value::Str(s) => s.to_string(),
        Value::Null => "<nil>".to_owned(),
        Value::List(items) => format!("[{}]", items.iter().map(plain).collect::<Vec<_>>().join(" ")),
        Value::Map(map) => {
            format!("map[{}]", map.iter().map(|(k, v)| format!("{k}:{}", plain(v))).collect::<Vec<_>>().join(" "))
        }
        other => other.to_string(),
    }
}

/// The strings of a list, joined.
pub fn joined(list: &Value, separator: &str) -> String {
    list.items().iter().map(Value::str).collect::<Vec<_>>().join(separator)
}
