use super::figure::Figure;

const HEADINGS: [&str; 6] = ["figure", "value", "range", "target", "verdict", "detail"];

/// The figures as a table in Markdown, its columns even.
pub(crate) fn table<'a>(figures: impl IntoIterator<Item = &'a Figure>) -> String {
    let mut rows = vec![HEADINGS.map(str::to_owned)];
    rows.extend(figures.into_iter().map(Figure::cells));
    let widths: [usize; 6] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
    rows.insert(1, widths.map(|width| "-".repeat(width)));
    rows.iter().map(|row| line(row, &widths)).collect()
}

fn line(row: &[String; 6], widths: &[usize; 6]) -> String {
    let cells = row.iter().zip(widths).map(|(cell, width)| format!("| {cell:width$} "));
    cells.chain(["|\n".to_owned()]).collect()
}
