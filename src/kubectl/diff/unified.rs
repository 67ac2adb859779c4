//! The unified difference of two texts, as `diff -u` prints it.

/// Lines around a change.
const CONTEXT: usize = 3;
/// Texts whose tables would be larger are shown as all removed and all added.
const LARGEST: usize = 4_000_000;

#[derive(Clone, Copy, PartialEq)]
enum Edit {
    Keep,
    Remove,
    Add,
}

/// The hunks of a difference; None where the texts are equal.
pub fn diff(old: &str, new: &str) -> Option<String> {
    if old == new {
        return None;
    }
    let (a, b): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let edits = edits(&a, &b);
    let mut out = String::new();
    let changed: Vec<usize> = (0..edits.len()).filter(|i| edits.get(*i).is_some_and(|e| *e != Edit::Keep)).collect();
    let mut next = 0;
    while let Some(first) = changed.get(next).copied() {
        let mut last = first;
        while let Some(more) = changed.get(next).copied().filter(|at| *at <= last + 2 * CONTEXT + 1) {
            last = more;
            next += 1;
        }
        let (from, to) = (first.saturating_sub(CONTEXT), (last + CONTEXT + 1).min(edits.len()));
        hunk(&mut out, &a, &b, &edits, from, to);
    }
    Some(out)
}

fn hunk(out: &mut String, a: &[&str], b: &[&str], edits: &[Edit], from: usize, to: usize) {
    let count = |range: &[Edit], without: Edit| range.iter().filter(|e| **e != without).count();
    let (before, within) = (edits.get(..from).unwrap_or(&[]), edits.get(from..to).unwrap_or(&[]));
    let (mut i, mut j) = (count(before, Edit::Add), count(before, Edit::Remove));
    let range = |start: usize, length: usize| match length {
        0 => format!("{start},0"),
        1 => (start + 1).to_string(),
        _ => format!("{},{length}", start + 1),
    };
    let (old, new) = (range(i, count(within, Edit::Add)), range(j, count(within, Edit::Remove)));
    out.push_str(&format!("@@ -{old} +{new} @@\n"));
    for edit in within {
        let (sign, line) = match edit {
            Edit::Keep => (' ', a.get(i)),
            Edit::Remove => ('-', a.get(i)),
            Edit::Add => ('+', b.get(j)),
        };
        out.push_str(&format!("{sign}{}\n", line.unwrap_or(&"")));
        i += usize::from(*edit != Edit::Add);
        j += usize::from(*edit != Edit::Remove);
    }
}

/// The fewest lines to remove and add, removals first.
fn edits(a: &[&str], b: &[&str]) -> Vec<Edit> {
    let same = |i: usize, j: usize| a.get(i).zip(b.get(j)).is_some_and(|(x, y)| x == y);
    let head = (0..a.len().min(b.len())).take_while(|i| same(*i, *i)).count();
    let most = a.len().min(b.len()) - head;
    let tail = (1..=most).take_while(|k| same(a.len() - k, b.len() - k)).count();
    let (n, m) = (a.len() - head - tail, b.len() - head - tail);
    let mut out = vec![Edit::Keep; head];
    if n.saturating_mul(m) > LARGEST {
        out.extend(std::iter::repeat_n(Edit::Remove, n).chain(std::iter::repeat_n(Edit::Add, m)));
    } else {
        // The length of what is common to the rest of both, from each pair of lines on.
        let width = m + 1;
        let mut common = vec![0u32; (n + 1) * width];
        let at = |common: &[u32], i: usize, j: usize| common.get(i * width + j).copied().unwrap_or(0);
        for i in (0..n).rev() {
            for j in (0..m).rev() {
                let longest = match same(head + i, head + j) {
                    true => at(&common, i + 1, j + 1) + 1,
                    false => at(&common, i + 1, j).max(at(&common, i, j + 1)),
                };
                if let Some(slot) = common.get_mut(i * width + j) {
                    *slot = longest;
                }
            }
        }
        let (mut i, mut j) = (0, 0);
        while i < n || j < m {
            if i < n && j < m && same(head + i, head + j) {
                out.push(Edit::Keep);
                (i, j) = (i + 1, j + 1);
            } else if i < n && (j >= m || at(&common, i + 1, j) >= at(&common, i, j + 1)) {
                out.push(Edit::Remove);
                i += 1;
            } else {
                out.push(Edit::Add);
                j += 1;
            }
        }
    }
    out.extend(std::iter::repeat_n(Edit::Keep, tail));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As GNU diff prints it.
    #[test]
    fn hunks_have_three_lines_around_them() {
        let old = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\n";
        let new = "a\nb\nc\nd\nE\nf\ng\nh\ni\nj\nk\nl\nm\nn\n";
        let want = "@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+E\n f\n g\n h\n@@ -11,3 +11,4 @@\n k\n l\n m\n+n\n";
        assert_eq!(diff(old, new).unwrap(), want);
        assert_eq!(diff("", "a\nb\n").unwrap(), "@@ -0,0 +1,2 @@\n+a\n+b\n");
        assert_eq!(diff("a\n", "b\n").unwrap(), "@@ -1 +1 @@\n-a\n+b\n");
        assert!(diff("a\n", "a\n").is_none());
    }
}
