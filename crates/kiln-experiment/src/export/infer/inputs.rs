//! Preprocessing as records.

use kiln_data::{ColumnEncoding, ColumnStep, Fitted, Marks, Pca, TableSteps};
use kiln_infer::plan::{Column, Components, Encoding, Images, Inputs, Missing, Table};

use super::not_run;
use crate::error::ExportError;

/// What goes into a model with this preprocessing.
pub(super) fn inputs(fitted: &Fitted) -> Result<Inputs, ExportError> {
    match (fitted.table_steps(), fitted.pixel_tables(), fitted.input_shape().as_images()) {
        (Some(steps), ..) => table(steps).map(Inputs::Table),
        (None, Some(tables), Some(shape)) => {
            let pixels = tables.iter().map(|table| table.to_vec()).collect();
            Ok(Inputs::Images(Images { shape, pixels }))
        }
        _ => Err(not_run(fitted.input_shape().words())),
    }
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
