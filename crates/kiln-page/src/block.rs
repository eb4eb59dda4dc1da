//! What a page is made of. The template turns each into HTML, and escapes every word.

use kiln_report::Chart;

/// A page.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Page {
    pub(crate) title: String,
    /// One line below the title.
    pub(crate) subtitle: String,
    pub(crate) sections: Vec<Section>,
    /// How it was made.
    pub(crate) footer: String,
}

/// A part of a page with a heading.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Section {
    /// The name that links lead to: letters and hyphens.
    pub(crate) id: &'static str,
    pub(crate) heading: String,
    pub(crate) blocks: Vec<Block>,
}

impl Section {
    pub(crate) fn new(id: &'static str, heading: impl Into<String>) -> Self {
        Self { id, heading: heading.into(), blocks: Vec::new() }
    }

    #[must_use]
    pub(crate) fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    /// The same with charts, where there are any.
    #[must_use]
    pub(crate) fn with_charts(self, charts: impl IntoIterator<Item = Chart>) -> Self {
        let charts: Vec<String> = charts.into_iter().map(|chart| chart.to_svg()).collect();
        if charts.is_empty() { self } else { self.with(Block::Charts(charts)) }
    }

    /// The same with a block, where there is one.
    #[must_use]
    pub(crate) fn with_any(mut self, block: Option<Block>) -> Self {
        self.blocks.extend(block);
        self
    }

    /// The section, unless it says nothing.
    pub(crate) fn unless_empty(self) -> Option<Self> {
        (!self.blocks.is_empty()).then_some(self)
    }
}

/// A part of a section.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Block {
    /// A sentence.
    Text(String),
    /// Charts beside each other: SVG documents of `kiln-report`, whose words are escaped already.
    Charts(Vec<String>),
    Table(Table),
    Matrix(Matrix),
    /// A caption, and shares as bars below each other.
    Bars(String, Vec<Bar>),
    Gallery(Vec<Item>),
    /// Texts whose tokens have colours.
    Tokens(Vec<Tokens>),
    /// Long text that is folded away: its heading, and the text as it is.
    Folded(String, String),
}

/// A share of a whole.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bar {
    pub(crate) name: String,
    /// From 0 to 1.
    pub(crate) share: f64,
    /// The share in words.
    pub(crate) value: String,
}

/// A table.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Table {
    pub(crate) caption: String,
    pub(crate) head: Vec<String>,
    /// The first cell of a row names it.
    pub(crate) rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(caption: impl Into<String>, head: &[&str]) -> Self {
        let head = head.iter().map(|name| (*name).to_owned()).collect();
        Self { caption: caption.into(), head, rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = impl Into<String>>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// The table as a block, unless it has no row.
    pub(crate) fn block(self) -> Option<Block> {
        (!self.rows.is_empty()).then_some(Block::Table(self))
    }
}

/// Counts of actual by predicted classes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Matrix {
    pub(crate) names: Vec<String>,
    pub(crate) rows: Vec<MatrixRow>,
}

impl Matrix {
    pub(crate) fn new(names: &[String], counts: &[Vec<u64>]) -> Self {
        let row = |(actual, (name, counts)): (usize, (&String, &Vec<u64>))| {
            let all = counts.iter().sum::<u64>().max(1) as f64;
            let cell = |(class, &count): (usize, &u64)| MatrixCell {
                count,
                share: count as f64 / all,
                hit: class == actual,
            };
            MatrixRow { name: name.clone(), cells: counts.iter().enumerate().map(cell).collect() }
        };
        Self { names: names.to_vec(), rows: names.iter().zip(counts).enumerate().map(row).collect() }
    }
}

/// The items of one class.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MatrixRow {
    pub(crate) name: String,
    pub(crate) cells: Vec<MatrixCell>,
}

/// Items of one class that were taken for one class.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MatrixCell {
    pub(crate) count: u64,
    /// Of the items of the class, from 0 to 1.
    pub(crate) share: f64,
    /// Whether they were predicted rightly.
    pub(crate) hit: bool,
}

/// An item with its picture, or what else is known of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item {
    /// The address of a picture: its bytes.
    pub(crate) picture: Option<String>,
    /// What the picture shows, for those who do not see it.
    pub(crate) alternative: String,
    pub(crate) lines: Vec<String>,
}

/// A text in tokens.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tokens {
    /// What it is, one line each.
    pub(crate) lines: Vec<String>,
    /// Whether there is room between tokens: whether they are words.
    pub(crate) apart: bool,
    pub(crate) tokens: Vec<Token>,
}

/// A token with its colour.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    pub(crate) text: String,
    /// From −9, against what is explained, to 9, for it.
    pub(crate) level: i8,
}

impl Token {
    /// The class of its colour; `None` where it has none.
    pub(crate) fn class(&self) -> Option<String> {
        match self.level {
            0 => None,
            level => Some(format!("{}{}", if level > 0 { 'p' } else { 'n' }, level.unsigned_abs())),
        }
    }
}
