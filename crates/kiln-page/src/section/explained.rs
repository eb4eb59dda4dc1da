//! What the predictions of a run depend on, as `kiln explain` found it.

use std::io::Cursor;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::{ImageFormat, RgbImage};
use kiln_experiment::ExperimentError;
use kiln_experiment::explain::{Explained, Explanation};
use kiln_experiment::run::RunRecord;
use kiln_report::{Chart, human};

use super::tokens::{self, title};
use crate::block::{Bar, Block, Item, Section, Table};
use crate::explained::{grey, over};

/// Items that are shown.
const SHOWN: usize = 8;
/// Columns of an item that are shown.
const COLUMNS: usize = 6;
/// Columns whose sizes are compared.
const BARS: usize = 20;
/// Large pictures are drawn from every second, third, … pixel, so that the page stays small.
const SIDE: usize = 96;

/// A section for each method that a run was explained by.
pub(crate) fn explained(run: &Path) -> Result<Vec<Section>, ExperimentError> {
    let weights = RunRecord::read(run)?.weights_blake3;
    let mut sections = Vec::new();
    for found in Explanation::kept(run)? {
        let mut section = heading(&found);
        if weights.as_ref().is_some_and(|weights| *weights != found.weights_blake3) {
            let text =
                "This was found with other weights than the run keeps now: `kiln explain` finds it anew.";
            section = section.with(Block::Text(text.to_owned()));
        }
        sections.push(body(section, &found));
    }
    Ok(sections)
}

/// A page of one explanation: the same section by itself.
pub(crate) fn explanation(found: &Explanation) -> Section {
    body(heading(found), found)
}

fn heading(found: &Explanation) -> Section {
    let method = found.method;
    let section = Section::new(method.name(), format!("Explained by {}", method.name().replace('-', " ")));
    section.with(Block::Text(format!("What is shown is {}.", method.meaning())))
}

fn body(section: Section, found: &Explanation) -> Section {
    let section = match (found.size, &found.unit) {
        (Some(size), _) => section.with(gallery(found, size)),
        (None, Some(unit)) => tokens::of_tokens(section, found, unit),
        (None, None) => of_columns(section, found),
    };
    sanity(section, found)
}

fn gallery(found: &Explanation, size: [usize; 2]) -> Block {
    let item = |item: &Explained| {
        let lines = title(item);
        Item { picture: picture(item, size), alternative: format!("attributions of {}", lines[0]), lines }
    };
    Block::Gallery(found.items.iter().take(SHOWN).map(item).collect())
}

/// The attributions over the picture: orange for what is explained, blue against it.
fn picture(item: &Explained, [height, width]: [usize; 2]) -> Option<String> {
    let (channels, pixels) = item.pixels.as_ref()?;
    let planes = over(&grey(*channels, pixels), &item.values);
    let stride = height.max(width).div_ceil(SIDE).max(1);
    let at = |channel: usize, x: u32, y: u32| {
        planes[(channel * height + y as usize * stride) * width + x as usize * stride]
    };
    let (wide, high) = (width.div_ceil(stride) as u32, height.div_ceil(stride) as u32);
    let picture = RgbImage::from_fn(wide, high, |x, y| image::Rgb([at(0, x, y), at(1, x, y), at(2, x, y)]));
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Png).ok()?;
    Some(format!("data:image/png;base64,{}", STANDARD.encode(file.get_ref())))
}

fn of_columns(section: Section, found: &Explanation) -> Section {
    let count = found.items.len().max(1) as f64;
    let mean = |column: usize| {
        let sizes = found.items.iter().filter_map(|item| item.values.get(column));
        sizes.map(|value| f64::from(value.abs())).sum::<f64>() / count
    };
    let mut means: Vec<(usize, f64)> =
        (0..found.columns.len()).map(|column| (column, mean(column))).collect();
    means.sort_by(|a, b| b.1.total_cmp(&a.1));
    let largest = means.first().map_or(1.0, |(_, mean)| mean.max(f64::MIN_POSITIVE));
    let bars = means.iter().take(BARS).map(|(column, mean)| Bar {
        name: found.columns[*column].clone(),
        share: mean / largest,
        value: human::metric(*mean),
    });
    let caption =
        format!("Mean size of the attribution over {} items of the {} part", found.items.len(), found.part);
    let mut table = Table::new(
        "The largest attributions of each item",
        &["item", "true", "explained", "output", "because of"],
    );
    for item in found.items.iter().take(SHOWN) {
        let mut order: Vec<usize> = (0..item.values.len()).collect();
        order.sort_by(|a, b| item.values[*b].abs().total_cmp(&item.values[*a].abs()));
        let because = order
            .iter()
            .take(COLUMNS)
            .map(|column| format!("{} {:+.3}", found.columns[*column], item.values[*column]));
        table.row([
            (item.row + 1).to_string(),
            item.actual.clone().unwrap_or_default(),
            item.target.clone(),
            human::metric(item.output),
            because.collect::<Vec<_>>().join(", "),
        ]);
    }
    section.with(Block::Bars(caption, bars.collect())).with_any(table.block())
}

/// Whether the attributions depend on what was learned, in words and as a curve.
fn sanity(section: Section, found: &Explanation) -> Section {
    let Some(last) = found.sanity.last() else { return section };
    let left = last.correlation.map_or_else(|| "none".to_owned(), human::metric);
    let chart = Chart::new(
        format!("Rank correlation of the attributions: {left} with all layers drawn anew"),
        "layers drawn anew, from the top",
        "rank correlation",
    )
    // Of a curve that hardly falls the ends would be the axis.
    .holding(0.0)
    .holding(1.0);
    let points = found.sanity.iter().enumerate();
    let points = points.filter_map(|(place, step)| Some(((place + 1) as f64, step.correlation?))).collect();
    let mut table = Table::new(
        "Rank correlation with the attributions of the run's weights",
        &["drawn anew down to", "correlation"],
    );
    for step in &found.sanity {
        table.row([
            step.layer.clone(),
            step.correlation.map_or_else(|| "none: all equal".to_owned(), human::metric),
        ]);
    }
    let left = match last.correlation {
        None => {
            "With all weights drawn anew all attributions are equal, so that there is no correlation left"
                .to_owned()
        }
        Some(left) => format!(
            "With all weights drawn anew the rank correlation of the attributions is {}",
            human::metric(left)
        ),
    };
    let words = match found.depends_on_weights() {
        Some(true) => format!("{left}: they depend on what was learned."),
        Some(false) => format!(
            "{left}: they say more of the data and of the shape of the network than of what was learned. Take another method."
        ),
        None => format!("{left}, which says little of so few numbers."),
    };
    section
        .with(Block::Text(format!("Sanity check (Adebayo et al. 2018). {words}")))
        .with_charts([chart.series("correlation", points)])
        .with_any(table.block())
}
