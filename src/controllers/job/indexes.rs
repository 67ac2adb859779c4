//! Indexes of a job's pods as text: `0-2,5`. Models `indexed_job_utils.go`.

use std::collections::BTreeSet;

/// Reads intervals; what is not a number is left out.
pub fn parse(text: &str) -> BTreeSet<i64> {
    const MOST: i64 = 100_000;
    let mut out = BTreeSet::new();
    for part in text.split(',').filter(|p| !p.is_empty()) {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        if let (Ok(from), Ok(to)) = (from.parse::<i64>(), to.parse::<i64>()) {
            out.extend(from..=to.min(from.saturating_add(MOST)));
        }
    }
    out
}

pub fn count(indexes: &BTreeSet<i64>) -> i64 {
    indexes.len() as i64
}

/// Writes intervals; two neighbours are a list, three an interval.
pub fn format(indexes: &BTreeSet<i64>) -> String {
    let mut runs: Vec<(i64, i64)> = Vec::new();
    for index in indexes {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *index => *last = *index,
            _ => runs.push((*index, *index)),
        }
    }
    let text = |(from, to): &(i64, i64)| match to - from {
        0 => from.to_string(),
        1 => format!("{from},{to}"),
        _ => format!("{from}-{to}"),
    };
    runs.iter().map(text).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_go_there_and_back() {
        for text in ["", "3", "0,1", "0-2", "0-2,5,7-9"] {
            assert_eq!(format(&parse(text)), text);
        }
    }
}
