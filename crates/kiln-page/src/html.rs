//! The HTML of a page: one file, which needs nothing from elsewhere.

use askama::Template;

use crate::block::{Block, Page};

#[derive(Template)]
#[template(path = "page.html")]
struct Html<'a> {
    page: &'a Page,
}

/// The page as HTML.
pub(crate) fn html(page: &Page) -> String {
    // Writing to a text fails where a part of it does, and none does.
    Html { page }.render().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::{Item, Matrix, Section, Table};

    #[test]
    fn every_word_is_escaped() {
        let bad = "<script>alert(1)</script>\"'&";
        let mut table = Table::new(bad, &[bad, bad]);
        table.row([bad, bad]);
        let matrix = Matrix::new(&[bad.to_owned(), bad.to_owned()], &[vec![1, 0], vec![0, 0]]);
        let item =
            Item { picture: Some(bad.to_owned()), alternative: bad.to_owned(), lines: vec![bad.to_owned()] };
        let section = Section::new("all", bad)
            .with(Block::Text(bad.to_owned()))
            .with(Block::Table(table))
            .with(Block::Matrix(matrix))
            .with(Block::Gallery(vec![item]))
            .with(Block::Folded(bad.to_owned(), bad.to_owned()));
        let page = Page {
            title: bad.to_owned(),
            subtitle: bad.to_owned(),
            sections: vec![section],
            footer: bad.to_owned(),
        };
        let html = html(&page);
        assert!(!html.contains("<script"), "{html}");
        assert!(html.matches("&#60;script&#62;").count() >= 15, "{html}");
        // Nothing from elsewhere, and an attribute cannot be left.
        assert!(!html.contains("http") && !html.contains("\"'&"), "{html}");
    }
}
