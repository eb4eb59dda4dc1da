//! What turns a text into UTF-8. Without the feature `encodings` there is none.

use std::io;

use super::encoding::Encoding;
use super::problem::CsvProblem;

/// Turns a text that is not UTF-8 into it, piece by piece.
#[cfg(feature = "encodings")]
pub(super) struct Decoder(encoding_rs::Decoder);

#[cfg(feature = "encodings")]
impl Decoder {
    /// For a text in `encoding`; none is needed for UTF-8.
    pub(super) fn of(encoding: Encoding) -> Result<Option<Self>, CsvProblem> {
        let encoding = match encoding {
            Encoding::Utf8 => return Ok(None),
            Encoding::Utf16Le => encoding_rs::UTF_16LE,
            Encoding::Utf16Be => encoding_rs::UTF_16BE,
            Encoding::Windows1252 => encoding_rs::WINDOWS_1252,
        };
        Ok(Some(Self(encoding.new_decoder_without_bom_handling())))
    }

    /// Adds to `to` what `raw` says; nothing in it is the end of the text.
    pub(super) fn decode(&mut self, raw: &[u8], to: &mut Vec<u8>) -> io::Result<()> {
        let most = self.0.max_utf8_buffer_length_without_replacement(raw.len()).unwrap_or(4 * raw.len() + 16);
        let start = to.len();
        to.resize(start + most, 0);
        let (result, _, written) =
            self.0.decode_to_utf8_without_replacement(raw, &mut to[start..], raw.is_empty());
        to.truncate(start + written);
        match result {
            encoding_rs::DecoderResult::Malformed(..) => {
                Err(io::Error::new(io::ErrorKind::InvalidData, "half of a letter of UTF-16"))
            }
            encoding_rs::DecoderResult::InputEmpty | encoding_rs::DecoderResult::OutputFull => Ok(()),
        }
    }
}

/// There is none.
#[cfg(not(feature = "encodings"))]
pub(super) enum Decoder {}

#[cfg(not(feature = "encodings"))]
impl Decoder {
    pub(super) fn of(encoding: Encoding) -> Result<Option<Self>, CsvProblem> {
        match encoding {
            Encoding::Utf8 => Ok(None),
            _ => Err(CsvProblem::Encoded { encoding: encoding.name() }),
        }
    }

    pub(super) fn decode(&mut self, _: &[u8], _: &mut Vec<u8>) -> io::Result<()> {
        match *self {}
    }
}
