//! The header of an array: what its items are, how many there are, and in which order.

use std::io::{self, Read};

use super::item::{Field, Item};
use super::literal::Literal;

/// The most bytes of a header, which has a line.
const LONGEST: usize = 1 << 20;

/// What an array holds.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// Why a header cannot be read.
#[derive(Debug)]
pub(super) enum Unreadable {
    /// Reading failed.
    Io(io::Error),
    /// The contents are wrong.
    Damaged(String),
    /// The contents are fine, and no columns of numbers and texts: the type.
    Type(String),
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Damaged("it ends within its header".to_owned()),
            _ => Self::Io(error),
        }
    }
}

impl Header {
    /// Reads a header to its end.
    pub(super) fn read(input: &mut dyn Read) -> Result<Self, Unreadable> {
        let damaged = |what: &str| Unreadable::Damaged(what.to_owned());
        let mut start = [0; 8];
        input.read_exact(&mut start)?;
        if &start[..6] != b"\x93NUMPY" {
            return Err(damaged("it does not begin as an array does"));
        }
        let (prefix, length) = match start[6] {
            1 => {
                let mut length = [0; 2];
                input.read_exact(&mut length)?;
                (10, u16::from_le_bytes(length) as usize)
            }
            2 | 3 => {
                let mut length = [0; 4];
                input.read_exact(&mut length)?;
                (12, u32::from_le_bytes(length) as usize)
            }
            version => {
                return Err(Unreadable::Damaged(format!("its format has version {version}, not 1 to 3")));
            }
        };
        if length > LONGEST {
            return Err(Unreadable::Damaged(format!("its header has {length} bytes")));
        }
        let mut text = vec![0; length];
        input.read_exact(&mut text)?;
        let text = String::from_utf8(text).map_err(|_| damaged("its header is no text"))?;
        let literal =
            Literal::parse(text.trim()).ok_or_else(|| damaged("its header cannot be understood"))?;
        let (Some(descr), Some(Literal::Truth(fortran)), Some(Literal::List(shape))) =
            (literal.get("descr"), literal.get("fortran_order"), literal.get("shape"))
        else {
            return Err(damaged("its header lacks descr, fortran_order or shape"));
        };
        let number = |literal: &Literal| match literal {
            Literal::Number(number) => Some(*number),
            _ => None,
        };
        let shape: Option<Vec<u64>> = shape.iter().map(number).collect();
        let shape = shape.ok_or_else(|| damaged("its shape is no list of whole numbers"))?;
        let (fields, size) = fields(descr)?;
        Ok(Self { fields, size, fortran: *fortran, shape, length: (prefix + length) as u64 })
    }

    /// Bytes of all items; `None` when they are too many to count.
    pub(super) fn bytes(&self) -> Option<u64> {
        self.shape.iter().try_fold(self.size as u64, |bytes, length| bytes.checked_mul(*length))
    }
}

/// The columns of an item, and its bytes.
fn fields(descr: &Literal) -> Result<(Vec<Field>, usize), Unreadable> {
    let of = |text: &str| Item::parse(text).ok_or_else(|| Unreadable::Type(text.to_owned()));
    match descr {
        Literal::Text(text) => {
            let item = of(text)?;
            Ok((vec![Field { name: None, item, at: 0 }], item.size()))
        }
        Literal::List(entries) => {
            let (mut fields, mut at) = (Vec::new(), 0);
            for entry in entries {
                let Literal::List(parts) = entry else {
                    return Err(Unreadable::Damaged("its columns cannot be understood".to_owned()));
                };
                match parts.as_slice() {
                    // Room between columns has no name.
                    [Literal::Text(name), Literal::Text(kind)] => {
                        let padding = kind.strip_prefix("|V").filter(|_| name.is_empty());
                        match padding.and_then(|bytes| bytes.parse::<usize>().ok()) {
                            Some(bytes) => at += bytes.min(LONGEST),
                            None => {
                                let item = of(kind)?;
                                fields.push(Field { name: Some(name.clone()), item, at });
                                at += item.size();
                            }
                        }
                    }
                    [Literal::Text(name), ..] => {
                        return Err(Unreadable::Type(format!("an array or record in the column {name:?}")));
                    }
                    _ => return Err(Unreadable::Damaged("its columns cannot be understood".to_owned())),
                }
            }
            Ok((fields, at))
        }
        _ => Err(Unreadable::Damaged("the type of its items cannot be understood".to_owned())),
    }
}
