//! Preprocessing as records.

use kiln_data::{
    ColumnEncoding, ColumnStep, Marks, Pca, SeriesScaling, SeriesSteps, TableSteps, TextSteps, TextTokens,
};
use kiln_infer::plan::{
    Column, Components, Encoding, Images, Inputs, Missing, Scale, Series, Table, Texts, Tokens,
};

use super::refusal::not_run;
use crate::error::ExportError;
use crate::export::model::ModelParts;

/// What goes into a model with this preprocessing.
pub(super) fn inputs(model: &ModelParts<'_>) -> Result<Inputs, ExportError> {
    let fitted = model.fitted;
    if let Some(steps) = fitted.table_steps() {
        return table(steps).map(Inputs::Table);
    }
    if let Some((tables, shape)) = fitted.pixel_tables().zip(fitted.input_shape().as_images()) {
        let pixels = tables.iter().map(|table| table.to_vec()).collect();
        return Ok(Inputs::Images(Images { shape, pixels }));
    }
    if let Some(SeriesSteps { channels, scale, .. }) = fitted.series_steps() {
        let scale = match scale {
            SeriesScaling::None => Scale::None,
            SeriesScaling::Channels(scales) => Scale::Channels(scales),
            SeriesScaling::Own => Scale::Own,
            _ => return Err(not_run("this scale of series".to_owned())),
        };
        return Ok(Inputs::Series(Series { channels, scale, window: model.window }));
    }
    match fitted.text_steps() {
        Some(TextSteps { tokens, longest, .. }) => Ok(Inputs::Texts(Texts { tokens: cut(tokens)?, longest })),
        None => Err(not_run(fitted.input_shape().words())),
    }
}

fn cut(tokens: TextTokens) -> Result<Tokens, ExportError> {
    Ok(match tokens {
        TextTokens::Words { lower, known } => Tokens::Words { lower, known },
        TextTokens::Characters { lower, known } => Tokens::Characters { lower, known },
        TextTokens::Bytes => Tokens::Bytes,
        _ => return Err(not_run("texts in pieces of words".to_owned())),
    })
}

fn table(steps: TableSteps) -> Result<Table, ExportError> {
    let missing = match steps.marks {
        Marks::Usual => Missing::Usual,
        Marks::First => Missing::First,
        Marks::Own { texts, .. } => Missing::Own(texts),
    };
    let columns = steps.columns.into_iter().map(column).collect::<Result<_, _>>()?;
    let components = steps.pca.as_ref().map(components);
    Ok(Table { columns, missing, single: steps.single, select: steps.select, components })
}

fn column(ColumnStep { name, encoding, .. }: ColumnStep) -> Result<Column, ExportError> {
    match encoded(encoding) {
        Some(encoding) => Ok(Column { name, encoding }),
        None => Err(not_run(format!("the encoding of column {name:?}"))),
    }
}

fn encoded(encoding: ColumnEncoding) -> Option<Encoding> {
    Some(match encoding {
        ColumnEncoding::Number { missing, scale } => Encoding::Number { missing, scale },
        ColumnEncoding::SmoothClip { missing, median, factor } => {
            Encoding::SmoothClip { missing, median, factor }
        }
        ColumnEncoding::QuantileNormal { missing, quantiles } => {
            Encoding::QuantileNormal { missing, quantiles }
        }
        ColumnEncoding::Flagged(number) => Encoding::Flagged(Box::new(encoded(*number)?)),
        ColumnEncoding::Category { names, features } => Encoding::Category { names, features },
        ColumnEncoding::Date { form, missing, scales } => Encoding::Date { form, missing, scales },
        _ => return None,
    })
}

fn components(pca: &Pca) -> Components {
    let deviations = || pca.explained_variance().iter().map(|variance| variance.sqrt()).collect();
    Components {
        mean: pca.mean().to_vec(),
        axes: pca.components().to_vec(),
        deviations: pca.whitens().then(deviations),
    }
}
