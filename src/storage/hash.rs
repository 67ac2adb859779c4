//! The hash by which two runs are compared: FNV-1a in 64 bits over every event, the same natively and in WebAssembly.

use super::event::Event;
use std::fmt::{self, Write};

/// A running hash. Off until it is enabled, since it serializes every object that is written.
#[derive(Clone, Debug, Default)]
pub struct EventHash(Option<u64>);

const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x100_0000_01b3;

impl EventHash {
    /// Starts to hash, from nothing.
    pub fn enable(&mut self) {
        self.0 = Some(OFFSET);
    }

    /// The hash of all events since it was enabled; None where it is off.
    pub fn value(&self) -> Option<u64> {
        self.0
    }

    /// Takes in revision, type, kind, namespace/name and canonical JSON, each ended by a newline.
    pub(super) fn add(&mut self, event: &Event) {
        let Some(hash) = self.0 else { return };
        let mut out = Fnv(hash);
        let kind = event.object["kind"].str();
        // Writing into a hash cannot fail.
        let _ = writeln!(out, "{}\n{}\n{kind}\n{}\n{}", event.revision, event.kind.as_str(), event.key, event.object);
        self.0 = Some(out.0);
    }
}

struct Fnv(u64);

impl Write for Fnv {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        self.0 = s.bytes().fold(self.0, |h, b| (h ^ u64::from(b)).wrapping_mul(PRIME));
        Ok(())
    }
}
