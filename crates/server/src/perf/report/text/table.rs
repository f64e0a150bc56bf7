use super::clean::{clean, cut};

/// Characters a line may have.
pub(super) const WIDTH: usize = 100;
/// Characters before each line of a section.
pub(super) const INDENT: &str = "  ";
/// Characters between columns.
const GAP: usize = 2;
/// Columns of words are not cut shorter than this.
const SHORTEST: usize = 8;

/// Rows under a line of names; columns of words first, then columns of figures.
pub(super) struct Table {
    /// How many columns hold words.
    words: usize,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table whose first `words` columns stand at their left, all others at their right.
    pub(super) fn new(words: usize, names: &[&str]) -> Self {
        Self { words, rows: vec![names.iter().map(|name| (*name).to_owned()).collect()] }
    }

    /// Adds a row; what it says is made harmless.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().map(|cell| clean(&cell)).collect());
    }

    /// Whether there is nothing but the names.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.len() < 2
    }

    /// Its lines, each at most [`WIDTH`] wide: columns of words are cut where they have to be.
    pub(super) fn lines(&self) -> Vec<String> {
        let widths = self.widths();
        let line = |row: &Vec<String>| {
            let cells = row.iter().zip(&widths).enumerate().map(|(at, (cell, width))| {
                let cell = cut(cell, *width);
                if at < self.words { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
            });
            format!("{INDENT}{}", cells.collect::<Vec<_>>().join(&" ".repeat(GAP))).trim_end().to_owned()
        };
        self.rows.iter().map(line).collect()
    }

    fn widths(&self) -> Vec<usize> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let longest =
            |at: usize| self.rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max();
        let mut widths: Vec<_> = (0..columns).map(|at| longest(at).unwrap_or(0)).collect();
        let room = WIDTH - INDENT.len() - GAP * columns.saturating_sub(1);
        let mut excess = widths.iter().sum::<usize>().saturating_sub(room);
        while excess > 0 {
            let words = widths.iter_mut().take(self.words);
            let Some(widest) = words.max().filter(|width| **width > SHORTEST) else { break };
            *widest -= 1;
            excess -= 1;
        }
        widths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_at_the_left_and_figures_at_the_right() {
        let mut table = Table::new(1, &["name", "n"]);
        table.row(["a".into(), "1000".into()]);
        table.row(["long name".into(), "7".into()]);
        assert_eq!(table.lines(), ["  name          n", "  a          1000", "  long name     7"]);
    }

    #[test]
    fn no_line_is_wider_than_the_page_however_long_the_names_are() {
        let mut table = Table::new(2, &["swarm", "queue", "ready"]);
        table.row(["s".repeat(300), "q".repeat(40), "1".into()]);
        table.row(["short".into(), "\x1b]0;title\x07".into(), "2".into()]);
        let lines = table.lines();
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH), "{lines:#?}");
        assert!(lines[1].contains("s~") && lines[1].ends_with('1'), "{lines:#?}");
        assert!(!lines.concat().chars().any(char::is_control));
    }
}
