//! The header of an array, by the crate `npyz`: what its items are, how many there are, and in which order.

use std::io::{self, Read};

use npyz::{DType, NpyHeader, Order};

use super::item::Item;

/// The most bytes of a header. One that names 1,000 columns has 40,000.
const LONGEST: u32 = 1 << 18;
/// The deepest nesting: a record that holds a record has four.
const DEEPEST: usize = 16;

/// What an array holds.
pub(super) struct Header {
    /// The columns of an item: one without a name, or those of a record.
    pub(super) fields: Vec<Field>,
    /// Bytes of an item.
    pub(super) size: usize,
    /// Whether the first index changes fastest.
    pub(super) fortran: bool,
    /// The lengths of the dimensions.
    pub(super) shape: Vec<u64>,
    /// Bytes before the items.
    pub(super) length: u64,
}

/// A column of an item.
pub(super) struct Field {
    /// The name of the column of a record.
    pub(super) name: Option<String>,
    pub(super) item: Item,
    /// Bytes before it.
    pub(super) at: usize,
    pub(super) size: usize,
}

/// Why a header cannot be read.
#[derive(Debug)]
pub(super) enum Unreadable {
    /// Reading failed, or the contents are wrong.
    Io(io::Error),
    /// The contents are fine, and no columns of numbers and texts: the type.
    Type(String),
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Header {
    /// Reads a header to its end. The crate makes room for what a header says of its length and follows its brackets as deep as they
    /// go, so both are looked at before.
    pub(super) fn read(input: &mut dyn Read) -> Result<Self, Unreadable> {
        let mut text = vec![0; 10];
        input.read_exact(&mut text)?;
        let mut length = u32::from(u16::from_le_bytes([text[8], text[9]]));
        // From version 2 on the length has four bytes.
        if text[6] > 1 {
            let mut more = [0; 2];
            input.read_exact(&mut more)?;
            text.extend(more);
            length |= u32::from(u16::from_le_bytes(more)) << 16;
        }
        if length > LONGEST {
            return Err(invalid(format!("its header has {length} bytes")));
        }
        let start = text.len();
        text.resize(start + length as usize, 0);
        input.read_exact(&mut text[start..])?;
        if depth(&text[start..]) > DEEPEST {
            return Err(invalid("its header is nested too deep".to_owned()));
        }
        let header = NpyHeader::from_reader(&text[..])?;
        let (fields, size) = fields(&header.dtype())?;
        let fortran = header.order() == Order::Fortran;
        Ok(Self { fields, size, fortran, shape: header.shape().to_vec(), length: text.len() as u64 })
    }

    /// Bytes of all items; `None` when they are too many to count.
    pub(super) fn bytes(&self) -> Option<u64> {
        self.shape.iter().try_fold(self.size as u64, |bytes, length| bytes.checked_mul(*length))
    }
}

fn invalid(reason: String) -> Unreadable {
    Unreadable::Io(io::Error::new(io::ErrorKind::InvalidData, reason))
}

/// How deep brackets are within brackets, also those in names.
fn depth(text: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0usize, 0);
    for byte in text {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// The columns of an item, and its bytes.
fn fields(dtype: &DType) -> Result<(Vec<Field>, usize), Unreadable> {
    let unread = || Unreadable::Type(dtype.descr());
    let of = |name: Option<&str>, dtype: &DType, at: usize| {
        let size = dtype.num_bytes().ok_or_else(unread)?;
        let item = Item::of(dtype).ok_or_else(|| Unreadable::Type(dtype.descr()))?;
        Ok::<_, Unreadable>(Field { name: name.map(str::to_owned), item, at, size })
    };
    let DType::Record(columns) = dtype else {
        let field = of(None, dtype, 0)?;
        let size = field.size;
        return Ok((vec![field], size));
    };
    let (mut fields, mut at) = (Vec::new(), 0usize);
    for column in columns {
        let size = column.dtype.num_bytes().ok_or_else(unread)?;
        // Room between columns has no name.
        if !column.name.is_empty() {
            fields.push(of(Some(&column.name), &column.dtype, at)?);
        }
        at = at.checked_add(size).ok_or_else(unread)?;
    }
    Ok((fields, at))
}
