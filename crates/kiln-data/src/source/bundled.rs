//! The data sets that are part of the program: see `assets/README.md` for their sources and licences.
//!
//! Each has a fixed test part of a fifth: within each class, the rows number 5, 10, 15, … in the order of the file;
//! for regression, the same over the rows sorted by target.

use std::io;
use std::path::Path;

use miniz_oxide::inflate::decompress_to_vec;

use super::reader::{Availability, Reader, SourceInfo};
use crate::{Column, DataConfig, DataError, Dataset, Features, Images, Target, Values};

/// A set, `source = "iris"` for one.
#[derive(Debug)]
pub(super) struct Bundled {
    name: &'static str,
    packed: &'static [u8],
    items: usize,
    what: &'static str,
    /// Names of the classes in scikit-learn's order; none for regression.
    classes: &'static [&'static str],
    /// `[channels, height, width]` where the columns are pixels.
    image: Option<[usize; 3]>,
}

const UCI: &str = "CC BY 4.0 (UCI), files BSD 3-clause (scikit-learn)";

pub(super) static SETS: [Bundled; 5] = [
    Bundled {
        name: "digits",
        packed: include_bytes!("../../assets/digits.csv.gz"),
        items: 1797,
        what: "8x8 images of handwritten digits, 10 classes",
        classes: &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
        image: Some([1, 8, 8]),
    },
    Bundled {
        name: "iris",
        packed: include_bytes!("../../assets/iris.csv.gz"),
        items: 150,
        what: "4 measures of flowers, 3 species",
        classes: &["setosa", "versicolor", "virginica"],
        image: None,
    },
    Bundled {
        name: "wine",
        packed: include_bytes!("../../assets/wine.csv.gz"),
        items: 178,
        what: "13 chemical measures of wine, 3 cultivars",
        classes: &["class_0", "class_1", "class_2"],
        image: None,
    },
    Bundled {
        name: "breast-cancer",
        packed: include_bytes!("../../assets/breast-cancer.csv.gz"),
        items: 569,
        what: "30 measures of cell nuclei, malignant or benign",
        classes: &["malignant", "benign"],
        image: None,
    },
    Bundled {
        name: "diabetes",
        packed: include_bytes!("../../assets/diabetes.csv.gz"),
        items: 442,
        what: "10 measures of patients, progression of the disease after a year (regression)",
        classes: &[],
        image: None,
    },
];

impl Reader for Bundled {
    fn info(&self) -> SourceInfo {
        SourceInfo {
            name: self.name,
            items: Some(self.items),
            what: self.what,
            licence: if self.name == "diabetes" { "BSD 3-clause (scikit-learn)" } else { UCI },
            settings: &[],
            availability: Availability::Bundled,
        }
    }

    fn load(&self, _: &DataConfig) -> Result<Dataset, DataError> {
        self.read()
    }
}

/// The bundled set called `name`; `None` for another name.
///
/// # Errors
/// None that a user can meet: the contents are fixed and every set is read by a test.
pub fn load(name: &str) -> Option<Result<Dataset, DataError>> {
    SETS.iter().find(|set| set.name == name).map(Bundled::read)
}

/// Header and trailer of a gzip file that names no file, as `assets/make.py` writes them.
const GZIP: (usize, usize) = (10, 8);

impl Bundled {
    fn text(&self) -> io::Result<String> {
        let deflated = self.packed.get(GZIP.0..self.packed.len() - GZIP.1).unwrap_or_default();
        let wrong = |reason: String| io::Error::new(io::ErrorKind::InvalidData, reason);
        let text = decompress_to_vec(deflated).map_err(|error| wrong(error.to_string()))?;
        String::from_utf8(text).map_err(|error| wrong(error.to_string()))
    }

    fn read(&self) -> Result<Dataset, DataError> {
        let path = Path::new(self.name);
        let text = self.text().map_err(|error| DataError::read(path, error))?;
        // The sets are plain CSV: a header, and no quote.
        let mut lines = text.lines().map(|line| line.split(','));
        let header: Vec<String> = lines.next().into_iter().flatten().map(str::to_owned).collect();
        let mut cells = vec![Vec::with_capacity(self.items); header.len()];
        for line in lines {
            line.zip(&mut cells).for_each(|(cell, cells)| cells.push(self.number(cell)));
        }
        let targets = cells.pop().unwrap_or_default();
        let (target, fixed_test) = self.target(targets, header.last().cloned().unwrap_or_default());
        let features = match self.image {
            Some(shape) => Features::Images(pixels(&cells, shape)),
            None => Features::Table(
                header
                    .into_iter()
                    .zip(cells)
                    .map(|(name, values)| Column { name, values: Values::Numeric(values) })
                    .collect(),
            ),
        };
        Ok(Dataset::with(self.name.to_owned(), features, target, fixed_test, None))
    }

    /// A class by its index, or a number.
    fn number(&self, cell: &str) -> f64 {
        match cell.parse() {
            Ok(number) => number, // also the classes of digits, which are called by their indices
            Err(_) => {
                let class = self.classes.iter().position(|class| *class == cell);
                class.expect("the bundled sets hold numbers and their own classes") as f64
            }
        }
    }

    fn target(&self, values: Vec<f64>, name: String) -> (Target, Vec<usize>) {
        if self.classes.is_empty() {
            let mut order: Vec<usize> = (0..values.len()).collect();
            order.sort_by(|&a, &b| values[a].total_cmp(&values[b])); // stable: equal targets keep their order
            let mut test: Vec<usize> = every_fifth(order.into_iter()).collect();
            test.sort_unstable();
            return (Target::Values { values, names: vec![name] }, test);
        }
        let labels: Vec<u32> = values.into_iter().map(|label| label as u32).collect();
        let mut test = Vec::new();
        for class in 0..self.classes.len() as u32 {
            test.extend(every_fifth((0..labels.len()).filter(|&row| labels[row] == class)));
        }
        test.sort_unstable();
        let names = self.classes.iter().map(|&name| name.to_owned()).collect();
        (Target::Classes { labels, names }, test)
    }
}

/// Rows number 5, 10, 15, …
fn every_fifth(rows: impl Iterator<Item = usize>) -> impl Iterator<Item = usize> {
    rows.skip(4).step_by(5)
}

/// Columns of pixels as images.
fn pixels(columns: &[Vec<f64>], shape: [usize; 3]) -> Images {
    let items = columns.first().map_or(0, Vec::len);
    let pixels = (0..items).flat_map(|row| columns.iter().map(move |column| column[row] as u8)).collect();
    Images::new(pixels, shape)
}
