//! Columns from tabs. Models Go's `text/tabwriter` with `liggitt/tabwriter`'s remembered widths.

/// Aligns cells that end in tabs. A column is a block of adjacent lines that have it; a line's last cell is never
/// padded.
#[derive(Clone, Debug)]
pub struct TabWriter {
    min_width: usize,
    padding: usize,
    /// The widest each column ever was; None where widths are forgotten at each flush.
    remembered: Option<Vec<usize>>,
    buffer: String,
}

impl TabWriter {
    /// As kubectl's tables: at least 6 wide, 3 between, widths remembered.
    pub fn table() -> Self {
        Self { min_width: 6, padding: 3, remembered: Some(Vec::new()), buffer: String::new() }
    }

    /// As `describe`: 2 between.
    pub fn describe() -> Self {
        Self { min_width: 0, padding: 2, remembered: None, buffer: String::new() }
    }

    pub fn new(min_width: usize, padding: usize) -> Self {
        Self { min_width, padding, remembered: None, buffer: String::new() }
    }

    pub fn write(&mut self, text: &str) {
        self.buffer.push_str(text);
    }

    /// Starts a new table.
    pub fn forget_widths(&mut self) {
        if let Some(widths) = &mut self.remembered {
            widths.clear();
        }
    }

    /// What was written, its tabs as they are.
    pub fn into_text(self) -> String {
        self.buffer
    }

    /// What was written, aligned.
    pub fn flush(&mut self) -> String {
        let buffer = std::mem::take(&mut self.buffer);
        let lines: Vec<Vec<&str>> = buffer.split('\n').map(|l| l.split('\t').collect()).collect();
        let mut out = String::new();
        self.format(&lines, 0, lines.len(), &mut Vec::new(), &mut out);
        out
    }

    fn format(&mut self, lines: &[Vec<&str>], from: usize, to: usize, widths: &mut Vec<usize>, out: &mut String) {
        let column = widths.len();
        let has = |at: usize| lines.get(at).is_some_and(|l| column + 1 < l.len());
        let (mut printed, mut this) = (from, from);
        while this < to {
            if !has(this) {
                this += 1;
                continue;
            }
            write_lines(lines, printed, this, widths, out);
            printed = this;
            let mut width = self.min_width;
            while this < to && has(this) {
                let cell = lines[this].get(column).map_or(0, |c| c.chars().count());
                width = width.max(cell + self.padding);
                this += 1;
            }
            widths.push(self.remember(column, width));
            self.format(lines, printed, this, widths, out);
            widths.pop();
            printed = this;
        }
        write_lines(lines, printed, to, widths, out);
    }

    fn remember(&mut self, column: usize, width: usize) -> usize {
        let Some(widths) = &mut self.remembered else { return width };
        match widths.get_mut(column) {
            Some(known) => {
                *known = width.max(*known);
                *known
            }
            None => {
                widths.push(width);
                width
            }
        }
    }
}

fn write_lines(lines: &[Vec<&str>], from: usize, to: usize, widths: &[usize], out: &mut String) {
    for (i, line) in lines.iter().enumerate().take(to).skip(from) {
        for (j, cell) in line.iter().enumerate() {
            out.push_str(cell);
            if let (Some(width), true) = (widths.get(j), j + 1 < line.len()) {
                let missing = width.saturating_sub(cell.chars().count());
                out.extend(std::iter::repeat_n(' ', missing));
            }
        }
        if i + 1 < lines.len() {
            out.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_blocks_of_adjacent_lines() {
        let mut w = TabWriter::describe();
        w.write("Name:\tx\nLabels:\ta=b\n\tc=d\nConditions:\n  Type\tStatus\n  Ready\tTrue \n");
        assert_eq!(w.flush(), "Name:    x\nLabels:  a=b\n         c=d\nConditions:\n  Type   Status\n  Ready  True \n");
    }

    #[test]
    fn tables_remember_their_widths() {
        let mut w = TabWriter::table();
        w.write("NAME\tAGE\nlong-name\t1s\n");
        assert_eq!(w.flush(), "NAME        AGE\nlong-name   1s\n");
        w.write("x\t2s\n");
        assert_eq!(w.flush(), "x           2s\n");
        w.forget_widths();
        w.write("x\t2s\n");
        assert_eq!(w.flush(), "x     2s\n");
    }
}
