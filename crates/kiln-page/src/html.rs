//! The HTML of a page: one file, which needs nothing from elsewhere.

use askama::Template;

use crate::block::{Block, Page, Section};

#[derive(Template)]
#[template(path = "page.html")]
struct Html<'a> {
    page: &'a Page,
    live: Option<&'a Now>,
}

/// How far runs are, on a page that asks for changes.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Now {
    /// In words.
    pub(crate) state: String,
    /// The sections that the page has, as it asks: `summary=1a2b&training=3c4d`.
    pub(crate) versions: String,
}

/// The sections alone, out of the same template.
#[derive(Template)]
#[template(path = "page.html", block = "sections")]
struct Sections<'a> {
    page: &'a Page,
}

/// A section as it stands in a page.
pub(crate) fn section(section: Section) -> String {
    let page = Page { sections: vec![section], ..Page::default() };
    Sections { page: &page }.render().unwrap_or_default().trim().to_owned()
}

/// The page of runs in progress, which loads `watch.js`.
pub(crate) fn live_html(page: &Page, now: &Now) -> String {
    Html { page, live: Some(now) }.render().unwrap_or_default()
}

/// The page as HTML.
pub(crate) fn html(page: &Page) -> String {
    // Writing to a text fails where a part of it does, and none does.
    Html { page, live: None }.render().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::{Bar, Item, Matrix, Table, Token, Tokens};

    #[test]
    fn every_word_is_escaped() {
        let bad = "<script>alert(1)</script>\"'&";
        let mut table = Table::new(bad, &[bad, bad]);
        table.row([bad, bad]);
        let matrix = Matrix::new(&[bad.to_owned(), bad.to_owned()], &[vec![1, 0], vec![0, 0]]);
        let bar = Bar { name: bad.to_owned(), share: 0.5, value: bad.to_owned() };
        let item =
            Item { picture: Some(bad.to_owned()), alternative: bad.to_owned(), lines: vec![bad.to_owned()] };
        let token = |level| Token { text: bad.to_owned(), level };
        let tokens = Tokens { lines: vec![bad.to_owned()], apart: true, tokens: vec![token(-9), token(0)] };
        let section = Section::new("all", bad)
            .with(Block::Text(bad.to_owned()))
            .with(Block::Table(table))
            .with(Block::Matrix(matrix))
            .with(Block::Bars(bad.to_owned(), vec![bar]))
            .with(Block::Gallery(vec![item]))
            .with(Block::Tokens(vec![tokens]))
            .with(Block::Folded(bad.to_owned(), bad.to_owned()));
        let page = Page {
            title: bad.to_owned(),
            subtitle: bad.to_owned(),
            sections: vec![section],
            footer: bad.to_owned(),
        };
        let html = html(&page);
        assert!(!html.contains("<script"), "{html}");
        assert!(html.matches("&#60;script&#62;").count() >= 22, "{html}");
        // Nothing from elsewhere, and an attribute cannot be left.
        assert!(!html.contains("http") && !html.contains("\"'&"), "{html}");
    }

    #[test]
    fn a_page_of_runs_in_progress_has_one_script_and_sections_as_they_stand_by_themselves() {
        let bad = "\"><script>alert(1)</script>";
        let of = Section::new("all", bad).with(Block::Text(bad.to_owned()));
        let page = Page { title: bad.to_owned(), sections: vec![of.clone()], ..Page::default() };
        let html = live_html(&page, &Now { state: bad.to_owned(), versions: bad.to_owned() });
        assert_eq!(html.matches("<script").count(), 1, "{html}");
        assert!(html.contains("<script src=\"watch.js\"></script>") && html.contains(&section(of)), "{html}");
    }
}
