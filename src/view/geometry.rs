//! The measures of the cluster picture, in CSS pixels. `wide` and `small` are the two densities of the design.

/// Below this stage width everything is small.
pub const SMALL: f64 = 560.0;
/// Below this stage height cards do not fit.
pub const LOW: f64 = 330.0;
/// From this stage width the control plane's marks carry their names.
pub const NAMED_MARKS: f64 = 720.0;
/// Estimated width of a character: monospaced, sans, Han.
pub const MONO: f64 = 7.3;
pub const SANS: f64 = 7.1;
pub const HAN: f64 = 12.0;

/// Measures that differ between the densities.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Density {
    pub small: bool,
    pub pad: f64,
    pub gap: f64,
    pub plane_height: f64,
    pub node_pad: f64,
    /// From the top of a node to its first slot.
    pub node_head: f64,
    /// From the last row of nodes to the end of the stage.
    pub bottom: f64,
    pub tile_min: f64,
    pub dock_tile_min: f64,
    /// The least width of a node when all of few nodes stand in one row.
    pub one_row: f64,
    pub mark_gap: f64,
    pub dock_gap: f64,
    /// From the client's mark to the plane, and from there to the first mark.
    pub wire: f64,
    pub mark_pad: f64,
}

pub const WIDE: Density = Density {
    small: false,
    pad: 24.0,
    gap: 16.0,
    plane_height: 52.0,
    node_pad: 14.0,
    node_head: 52.0,
    bottom: 20.0,
    tile_min: 120.0,
    dock_tile_min: 120.0,
    one_row: 152.0,
    mark_gap: 8.0,
    dock_gap: 8.0,
    wire: 14.0,
    mark_pad: 12.0,
};

pub const COMPACT: Density = Density {
    small: true,
    pad: 10.0,
    gap: 8.0,
    plane_height: 38.0,
    node_pad: 8.0,
    node_head: 38.0,
    bottom: 8.0,
    tile_min: 92.0,
    dock_tile_min: 112.0,
    one_row: 104.0,
    mark_gap: 4.0,
    dock_gap: 2.0,
    wire: 6.0,
    mark_pad: 8.0,
};

pub const PLANE_TOP: f64 = 2.0;
/// The client's mark with and without its name.
pub const CLIENT: f64 = 74.0;
pub const CLIENT_SMALL: f64 = 26.0;
pub const NODE_FOOT: f64 = 12.0;
/// Height that a row of label chips adds.
pub const CHIPS: f64 = 22.0;
/// Lines in which a node says why it refused a pod: their height, and how many there may be.
pub const VERDICT_LINE: f64 = 16.0;
pub const VERDICT_LINES: usize = 3;
pub const VERDICT_LINES_SMALL: usize = 5;
pub const CARD_MIN: f64 = 118.0;
pub const CARD_MAX: f64 = 220.0;
pub const CARD_HEIGHT: f64 = 106.0;
pub const CARD_GAP: f64 = 12.0;
pub const TILE_HEIGHT: f64 = 28.0;
pub const TILE_GAP: f64 = 6.0;
pub const DOT: f64 = 24.0;
pub const DOT_GAP: f64 = 5.0;
pub const TALLY_ROW: f64 = 30.0;
pub const DOCK_TILE_MAX: f64 = 160.0;

/// The estimated width of a text in the sans face.
pub fn sans_width(text: &str) -> f64 {
    text.chars().map(|c| if c > '\u{2e80}' { HAN } else { SANS }).sum()
}

/// Shortens a monospaced text in the middle to fit `width`, three fifths in front.
pub fn shorten(text: &str, width: f64) -> String {
    let max = ((width / MONO) as usize).max(3);
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= max {
        return text.to_owned();
    }
    let head = ((max - 1) as f64 * 0.6).ceil() as usize;
    let tail = chars.len() - (max - 1 - head);
    chars[..head].iter().chain(['…'].iter()).chain(&chars[tail..]).collect()
}

/// Breaks a text at spaces (Han anywhere) into lines of `width` in the sans face; what is more than `most` lines ends in `…`.
pub fn wrap(text: &str, width: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    let mut word = String::new();
    let mut place = |word: &mut String| {
        let word = std::mem::take(word);
        if let Some(line) = lines.last_mut() {
            if line.is_empty() || sans_width(line) + sans_width(word.trim_end()) <= width {
                line.push_str(&word);
            } else {
                lines.push(word);
            }
        }
    };
    for c in text.chars() {
        word.push(c);
        if c == ' ' || c > '\u{2e80}' {
            place(&mut word);
        }
    }
    place(&mut word);
    if lines.len() > most {
        lines.truncate(most.max(1));
        if let Some(last) = lines.last_mut() {
            while !last.is_empty() && sans_width(last) + SANS > width {
                last.pop();
            }
            *last = [last.trim_end(), "…"].concat();
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_wrapped_and_cut() {
        assert_eq!(wrap("a bc d", 4.0 * SANS, 9), ["a bc ", "d"]);
        assert_eq!(wrap("不符合条件", 3.0 * HAN, 9), ["不符合", "条件"]);
        assert_eq!(wrap("aaa bbb ccc", 4.0 * SANS, 2), ["aaa ", "bbb…"]);
        assert_eq!(wrap("", 10.0, 2), [""]);
    }

    #[test]
    fn names_are_shortened_in_the_middle() {
        assert_eq!(shorten("kubia", 100.0), "kubia");
        assert_eq!(shorten("coredns-674b8bbfcf-7xq9z", 20.0 * MONO), "coredns-674b…f-7xq9z".to_owned());
        assert_eq!(shorten("很长的名字在这里", 5.0 * MONO), "很长的…里");
    }
}
