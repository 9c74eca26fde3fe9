//! A table for a terminal or for Markdown.

/// A table: a title, what to know about it, a heading and rows.
pub struct Table {
    /// Its title.
    pub title: &'static str,
    /// How its numbers come about.
    pub notes: Vec<String>,
    /// The columns' headings.
    pub head: Vec<&'static str>,
    /// A cell per column.
    pub rows: Vec<Vec<String>>,
    /// A list of its own gives the commands on a terminal, where they would make lines too long;
    /// in Markdown they are the last column.
    pub commands_apart: bool,
}

impl Table {
    /// The table as text.
    pub fn text(&self, markdown: bool) -> String {
        if markdown {
            self.markdown()
        } else {
            self.plain()
        }
    }

    fn plain(&self) -> String {
        let mut out = format!("\n{}\n{}\n", self.title, "=".repeat(self.title.len()));
        for note in &self.notes {
            out += &format!("{note}\n");
        }
        let head: Vec<String> = self.head.iter().map(|&cell| cell.to_owned()).collect();
        let mut widths = self.widths();
        widths.truncate(head.len() - usize::from(self.commands_apart));
        for row in std::iter::once(&head).chain(&self.rows) {
            let cells = row.iter().zip(&widths);
            let line: String = cells
                .map(|(cell, width)| {
                    cell.clone() + &" ".repeat(width - cell.chars().count()) + "  "
                })
                .collect();
            out += line.trim_end();
            out.push('\n');
        }
        out
    }

    fn widths(&self) -> Vec<usize> {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            let widest = cells.map(|cell| cell.chars().count()).max().unwrap_or(0);
            widest.max(self.head[column].chars().count())
        };
        (0..self.head.len()).map(width).collect()
    }

    fn markdown(&self) -> String {
        let mut out = format!("\n## {}\n\n", self.title);
        for note in &self.notes {
            out += &format!("{note}\n");
        }
        out += &format!("\n| {} |\n", self.head.join(" | "));
        out += &format!("|{}\n", " --- |".repeat(self.head.len()));
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
            out += &format!("| {} |\n", cells.join(" | "));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        Table {
            title: "Cost",
            notes: vec!["In ns.".to_owned()],
            head: vec!["what", "time"],
            rows: vec![row(["a|b", "1"]), row(["long name", "12"])],
            commands_apart: false,
        }
    }

    #[test]
    fn columns_are_aligned_on_a_terminal() {
        let expected = "\nCost\n====\nIn ns.\nwhat       time\na|b        1\nlong name  12\n";
        assert_eq!(table().text(false), expected);
    }

    #[test]
    fn commands_apart_are_not_a_column_on_a_terminal() {
        let table = Table {
            commands_apart: true,
            ..table()
        };
        assert_eq!(
            table.text(false),
            "\nCost\n====\nIn ns.\nwhat\na|b\nlong name\n"
        );
        assert!(table.text(true).contains("| long name | 12 |"));
    }

    #[test]
    fn markdown_keeps_a_bar_inside_its_cell() {
        let expected = "\n## Cost\n\nIn ns.\n\n| what | time |\n| --- | --- |\n| a\\|b | 1 |\n| long name | 12 |\n";
        assert_eq!(table().text(true), expected);
    }
}
