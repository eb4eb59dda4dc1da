//! An item of an array as a cell, by the crate `npyz`.

use std::io;

use npyz::{DType, Deserialize, TypeChar, TypeRead};

use super::super::whole::{Cell, whole};

/// What makes a cell of bytes.
type Read = Box<dyn Fn(&[u8]) -> io::Result<Cell<'static>> + Send + Sync>;

/// The type of a number, a truth value or a text.
pub(super) struct Item(Read);

impl Item {
    /// `None` for types that are none of those, such as objects, complex numbers and dates.
    pub(super) fn of(dtype: &DType) -> Option<Self> {
        let DType::Plain(plain) = dtype else { return None };
        let read = match (plain.type_char(), plain.size_field()) {
            (TypeChar::Bool, _) => {
                read(dtype, |truth: bool| Cell::Text(if truth { "true" } else { "false" }))
            }
            (TypeChar::Int, 1) => read(dtype, |number: i8| signed(number.into())),
            (TypeChar::Int, 2) => read(dtype, |number: i16| signed(number.into())),
            (TypeChar::Int, 4) => read(dtype, |number: i32| signed(number.into())),
            (TypeChar::Int, 8) => read(dtype, |number: i64| signed(number)),
            (TypeChar::Uint, 1) => read(dtype, |number: u8| whole(number.into(), false)),
            (TypeChar::Uint, 2) => read(dtype, |number: u16| whole(number.into(), false)),
            (TypeChar::Uint, 4) => read(dtype, |number: u32| whole(number.into(), false)),
            (TypeChar::Uint, 8) => read(dtype, |number: u64| whole(number, false)),
            (TypeChar::Float, 2) => read(dtype, |number: npyz::half::f16| Cell::Number(number.to_f64())),
            (TypeChar::Float, 4) => read(dtype, |number: f32| Cell::Number(number.into())),
            (TypeChar::Float, 8) => read(dtype, Cell::Number),
            (TypeChar::ByteStr | TypeChar::UnicodeStr, _) => read(dtype, Cell::Made),
            _ => None,
        };
        read.map(Self)
    }

    /// The cell in bytes, which are as many as the type has; an error when it is no text.
    pub(super) fn cell(&self, bytes: &[u8]) -> io::Result<Cell<'static>> {
        (self.0)(bytes)
    }
}

fn read<T>(dtype: &DType, cell: impl Fn(T) -> Cell<'static> + Send + Sync + 'static) -> Option<Read>
where
    T: Deserialize<TypeReader: Send + Sync + 'static>,
{
    let reader = T::reader(dtype).ok()?;
    Some(Box::new(move |bytes| reader.read_one(bytes).map(&cell)))
}

fn signed(number: i64) -> Cell<'static> {
    whole(number.unsigned_abs(), number < 0)
}
