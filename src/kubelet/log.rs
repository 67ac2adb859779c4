//! A container's log: its lines with their times, the oldest forgotten first. Models the CRI log format.

use crate::apimachinery::Time;
use crate::sh::{Chunk, Stream};
use std::collections::VecDeque;

/// One line, or a part of one that has no end yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub at: Time,
    pub stream: Stream,
    /// With its newline where it has one.
    pub data: Vec<u8>,
}

/// All that a container wrote.
#[derive(Clone, Debug, Default)]
pub struct Log {
    lines: VecDeque<Line>,
    /// How many lines were forgotten.
    dropped: u64,
    bytes: usize,
}

/// Containers that write more lose their oldest lines, as with log rotation.
const MAX_BYTES: usize = 1 << 20;

impl Log {
    pub fn write(&mut self, chunk: &Chunk) {
        for part in chunk.data.split_inclusive(|b| *b == b'\n') {
            self.bytes += part.len();
            match self.lines.back_mut().filter(|l| l.stream == chunk.stream && l.data.last() != Some(&b'\n')) {
                Some(open) => open.data.extend_from_slice(part),
                None => self.lines.push_back(Line { at: chunk.at, stream: chunk.stream, data: part.to_vec() }),
            }
        }
        while self.bytes > MAX_BYTES {
            let Some(oldest) = self.lines.pop_front() else { break };
            self.bytes -= oldest.data.len();
            self.dropped += 1;
        }
    }

    /// The number of the next line to come.
    pub fn end(&self) -> u64 {
        self.dropped + self.lines.len() as u64
    }

    /// Lines from number `from` on, with their numbers.
    pub fn from(&self, from: u64) -> impl Iterator<Item = (u64, &Line)> {
        let skip = usize::try_from(from.saturating_sub(self.dropped)).unwrap_or(usize::MAX);
        let first = self.dropped.max(from);
        self.lines.iter().skip(skip).enumerate().map(move |(i, line)| (first + i as u64, line))
    }

    /// The last bytes, at most `max`: what a failed container without a termination message is quoted with.
    pub fn tail(&self, max_lines: usize, max: usize) -> String {
        let skip = self.lines.len().saturating_sub(max_lines);
        let bytes: Vec<u8> = self.lines.iter().skip(skip).flat_map(|l| l.data.iter().copied()).collect();
        String::from_utf8_lossy(bytes.get(bytes.len().saturating_sub(max)..).unwrap_or(&[])).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_line_are_joined() {
        let mut log = Log::default();
        for data in ["a", "b\nc", "\n"] {
            log.write(&Chunk { at: Time(0), stream: Stream::Stdout, data: data.into() });
        }
        let lines: Vec<_> = log.from(0).map(|(n, l)| (n, l.data.clone())).collect();
        assert_eq!(lines, [(0, b"ab\n".to_vec()), (1, b"c\n".to_vec())]);
        assert_eq!(log.from(1).count(), 1);
    }
}
