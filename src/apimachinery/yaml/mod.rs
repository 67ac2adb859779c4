//! YAML 1.1 as kubectl reads and writes it: libyaml's scanner and its error texts, go-yaml v2's resolution of plain
//! scalars, and its emitter. Models `sigs.k8s.io/yaml` over `go.yaml.in/yaml/v2`.
//!
//! Own code, because size counts in the page: `libyaml-safer` alone costs 35 KB gzip, this about a third, and neither
//! it nor `saphyr` resolves or emits as Go's does.

mod emit;
mod node;
mod parser;
mod resolve;
mod scanner;
mod split;

pub use emit::to_string;
pub use node::{Content, Node};
pub use parser::parse;
pub use resolve::{Scalar, resolve};
pub use split::{Document, documents};

use super::value::Value;
use std::fmt;

/// A position in a text. All counts start at 0; `column` and `index` count characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    pub index: usize,
    pub line: usize,
    pub column: usize,
}

/// Why a text is not YAML, in libyaml's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub message: String,
    /// Where reading stopped.
    pub mark: Mark,
    /// The line that Go prints, counted from 1 and sometimes one less than the true one; 0 prints none.
    pub line: usize,
}

impl Error {
    /// An error without a place.
    pub(crate) fn plain(message: impl Into<String>) -> Self {
        Self { message: message.into(), mark: Mark::default(), line: 0 }
    }
}

/// As go-yaml words it: `yaml: line 4: did not find expected key`.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "yaml: {}", self.message),
            line => write!(f, "yaml: line {line}: {}", self.message),
        }
    }
}

/// Reads the first document of a text as an API object would be read: YAML 1.1 scalars, keys made strings, the last
/// of duplicate keys wins. An empty text is null.
pub fn from_str(text: &str) -> Result<Value, Error> {
    parse(text)?.map_or(Ok(Value::Null), |node| node.to_value())
}

#[cfg(test)]
mod tests;
