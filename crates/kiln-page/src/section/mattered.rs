//! Which columns mattered to a run's model, as `kiln importance` found it.

use std::path::Path;

use kiln_experiment::ExperimentError;
use kiln_experiment::importance::ImportanceReport;
use kiln_experiment::run::RunRecord;
use kiln_report::human;

use crate::block::{Block, Section, Table};
use crate::figure;

/// Columns that are listed.
const LISTED: usize = 40;

/// What is kept with a run, where anybody asked.
pub(crate) fn mattered(run: &Path) -> Result<Option<Section>, ExperimentError> {
    let Some((found, weights)) = ImportanceReport::kept(run)? else { return Ok(None) };
    let mut section = Section::new("mattered", "What mattered");
    if RunRecord::read(run)?.weights_blake3 != weights {
        let text =
            "This was found with other weights than the run keeps now: `kiln importance` finds it anew.";
        section = section.with(Block::Text(text.to_owned()));
    }
    let metric = human::heading(found.metric.name());
    let text = format!(
        "By how much {metric} gets worse where the cells of a column are shuffled among {} items of the {} part: permutation importance, with the 95 % \
         interval of its mean over the items. What matters to the model need not matter to the world: importance is no cause.",
        human::count(found.items as u64),
        found.part
    );
    let mut svgs = vec![figure::importance(&found).to_svg()];
    svgs.extend(found.shapley.as_ref().map(|shapley| figure::shapley(shapley).to_svg()));
    section = section.with(Block::Text(text)).with(Block::Charts(svgs));
    let caption = match found.columns.len() {
        few if few <= LISTED => format!("{metric} is {} with all columns", human::metric(found.score)),
        many => format!(
            "{metric} is {} with all columns; the first {LISTED} of {many}",
            human::metric(found.score)
        ),
    };
    let mut table = Table::new(caption, &["column", "importance", "interval", "over the shuffles"]);
    for column in found.columns.iter().take(LISTED) {
        let [low, high] = column.interval.map(human::metric);
        let name = match &column.columns[..] {
            [one] if *one == column.name => one.clone(),
            several => format!("{} ({})", column.name, several.join(", ")),
        };
        table.row([
            name,
            human::metric(column.importance),
            format!("{low} to {high}"),
            format!("± {}", human::metric(column.deviation)),
        ]);
    }
    section = section.with_any(table.block());
    if let Some(shapley) = &found.shapley {
        let how = if shapley.exact { "exact" } else { "sampled" };
        let of = if shapley.outputs.len() > 1 { ", summed over the outputs" } else { "" };
        section = section.with(Block::Text(format!(
            "SHAP values say what each column adds to a prediction; drawn is the mean of their absolute values over {} items{of}, {how}.",
            human::count(shapley.items.len() as u64)
        )));
    }
    if !found.dependence.is_empty() {
        let text = "Partial dependence: the mean prediction where a column has one value for all items, the rest being as it is. The band of a number holds \
                    80 % of the items.";
        section = section.with(Block::Text(text.to_owned()));
        section = section.with_charts(found.dependence.iter().map(figure::dependence));
    }
    Ok(Some(section))
}
