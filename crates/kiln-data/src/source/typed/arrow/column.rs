//! A column of an Arrow table as cells.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, ArrowTemporalType, Date32Type, Date64Type, Decimal32Type, Decimal64Type,
    Decimal128Type, Decimal256Type, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, TimeUnit};

use crate::source::typed::problem::TableProblem;
use crate::source::typed::whole::{Cell, whole};

/// The names of the columns. pandas' index without a name is none of them.
///
/// # Errors
/// A column that is neither numbers nor texts, truths, days or moments, by its name.
pub(super) fn names(schema: &Schema) -> Result<Vec<String>, TableProblem> {
    let mut names = Vec::new();
    for field in schema.fields().iter().filter(|field| !is_index(field)) {
        let (column, kind) = (field.name().clone(), field.data_type());
        if kind.is_nested() {
            return Err(TableProblem::Nested { column });
        }
        if !is_read(kind) {
            return Err(TableProblem::Type { column, kind: kind.to_string() });
        }
        names.push(column);
    }
    // Nothing says how many rows there are where no column holds anything.
    let is_empty = |field: &Field| matches!(field.data_type(), DataType::Null);
    if schema.fields().iter().all(|field| is_empty(field)) {
        return Err(TableProblem::NoTable { reason: "no column has a value".to_owned() });
    }
    Ok(names)
}

fn is_index(field: &Field) -> bool {
    field.name().strip_prefix("__index_level_").is_some_and(|rest| rest.ends_with("__"))
}

fn is_read(kind: &DataType) -> bool {
    match kind {
        DataType::Dictionary(_, values) => is_read(values) && !matches!(**values, DataType::Dictionary(..)),
        DataType::Null
        | DataType::Boolean
        | DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View
        | DataType::Date32
        | DataType::Date64
        | DataType::Timestamp(..)
        | DataType::Decimal32(..)
        | DataType::Decimal64(..)
        | DataType::Decimal128(..)
        | DataType::Decimal256(..) => true,
        kind => kind.is_integer() || kind.is_floating(),
    }
}

/// A column of some rows of the file.
pub(super) struct Column<'a> {
    cells: &'a dyn Array,
    /// Of a column whose cells are numbers of values: the values, and the number of each cell.
    values: Option<(&'a dyn Array, Vec<usize>)>,
}

impl<'a> Column<'a> {
    /// The columns of rows, in the order of the names.
    pub(super) fn all(batch: &'a RecordBatch) -> Vec<Self> {
        let fields = batch.schema_ref().fields().iter().zip(batch.columns());
        fields.filter(|(field, _)| !is_index(field)).map(|(_, cells)| Self::of(cells.as_ref())).collect()
    }

    fn of(cells: &'a dyn Array) -> Self {
        let dictionary = cells.as_any_dictionary_opt();
        // Without a value every cell is missing.
        let dictionary = dictionary.filter(|cells| !cells.values().is_empty());
        let values = dictionary.map(|cells| (cells.values().as_ref(), cells.normalized_keys()));
        Self { cells, values }
    }

    /// The cell of a row.
    pub(super) fn cell(&self, row: usize) -> Cell<'a> {
        match &self.values {
            Some((values, numbers)) if !self.cells.is_null(row) => cell(*values, numbers[row]),
            _ => cell(self.cells, row),
        }
    }
}

fn cell(column: &dyn Array, row: usize) -> Cell<'_> {
    if column.is_null(row) {
        return Cell::Missing;
    }
    match column.data_type() {
        DataType::Boolean => Cell::Text(if column.as_boolean().value(row) { "true" } else { "false" }),
        DataType::Int8 => signed(at::<Int8Type>(column, row)),
        DataType::Int16 => signed(at::<Int16Type>(column, row)),
        DataType::Int32 => signed(at::<Int32Type>(column, row)),
        DataType::Int64 => signed(at::<Int64Type>(column, row)),
        DataType::UInt8 => whole(at::<UInt8Type>(column, row).into(), false),
        DataType::UInt16 => whole(at::<UInt16Type>(column, row).into(), false),
        DataType::UInt32 => whole(at::<UInt32Type>(column, row).into(), false),
        DataType::UInt64 => whole(at::<UInt64Type>(column, row), false),
        DataType::Float16 => Cell::Number(at::<Float16Type>(column, row).to_f64()),
        DataType::Float32 => Cell::Number(at::<Float32Type>(column, row).into()),
        DataType::Float64 => Cell::Number(at::<Float64Type>(column, row)),
        DataType::Utf8 => Cell::Text(column.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => Cell::Text(column.as_string::<i64>().value(row)),
        DataType::Utf8View => Cell::Text(column.as_string_view().value(row)),
        DataType::Date32 => day::<Date32Type>(column, row),
        DataType::Date64 => day::<Date64Type>(column, row),
        DataType::Timestamp(unit, _) => match unit {
            TimeUnit::Second => moment::<TimestampSecondType>(column, row),
            TimeUnit::Millisecond => moment::<TimestampMillisecondType>(column, row),
            TimeUnit::Microsecond => moment::<TimestampMicrosecondType>(column, row),
            TimeUnit::Nanosecond => moment::<TimestampNanosecondType>(column, row),
        },
        // Digits with a point, which are read as any number is.
        DataType::Decimal32(..) => Cell::Made(column.as_primitive::<Decimal32Type>().value_as_string(row)),
        DataType::Decimal64(..) => Cell::Made(column.as_primitive::<Decimal64Type>().value_as_string(row)),
        DataType::Decimal128(..) => Cell::Made(column.as_primitive::<Decimal128Type>().value_as_string(row)),
        DataType::Decimal256(..) => Cell::Made(column.as_primitive::<Decimal256Type>().value_as_string(row)),
        // The schema has none of the others.
        _ => Cell::Missing,
    }
}

fn at<T: ArrowPrimitiveType>(column: &dyn Array, row: usize) -> T::Native {
    column.as_primitive::<T>().value(row)
}

fn signed<'a>(number: impl Into<i64>) -> Cell<'a> {
    let number = number.into();
    whole(number.unsigned_abs(), number < 0)
}

/// A day as ISO 8601; the number where no calendar has it.
fn day<'a, T: ArrowTemporalType>(column: &dyn Array, row: usize) -> Cell<'a>
where
    i64: From<T::Native>,
{
    let days = column.as_primitive::<T>();
    Cell::Made(match days.value_as_date(row) {
        Some(day) => day.to_string(),
        None => i64::from(days.value(row)).to_string(),
    })
}

/// A moment as ISO 8601, in UTC where the column has a time zone; the number where no calendar has it.
fn moment<'a, T: ArrowTemporalType>(column: &dyn Array, row: usize) -> Cell<'a>
where
    i64: From<T::Native>,
{
    let moments = column.as_primitive::<T>();
    Cell::Made(match moments.value_as_datetime(row) {
        Some(moment) => format!("{moment:?}"),
        None => i64::from(moments.value(row)).to_string(),
    })
}
