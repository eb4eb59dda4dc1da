//! What a body holds, by its content type.

use crate::refusal::Refusal;

/// What a body holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyKind {
    /// Records, rows, or images as arrays.
    Json,
    /// What a file of that ending holds.
    File {
        /// `csv`.
        ending: &'static str,
        /// Whether it holds many items.
        is_list: bool,
    },
}

const CSV: BodyKind = BodyKind::File { ending: "csv", is_list: true };

const fn image(ending: &'static str) -> BodyKind {
    BodyKind::File { ending, is_list: false }
}

/// What models of tables take.
const OF_TABLES: &[(&str, BodyKind)] = &[("application/json", BodyKind::Json), ("text/csv", CSV)];

/// What models of images take.
const OF_IMAGES: &[(&str, BodyKind)] = &[
    ("application/json", BodyKind::Json),
    ("image/png", image("png")),
    ("image/jpeg", image("jpg")),
    ("image/webp", image("webp")),
    ("image/gif", image("gif")),
    ("image/bmp", image("bmp")),
    ("image/tiff", image("tiff")),
];

impl BodyKind {
    /// The content types that a model takes.
    pub(crate) fn types(of_images: bool) -> impl Iterator<Item = &'static str> {
        known(of_images).iter().map(|(name, _)| *name)
    }

    /// What a body with this content type holds, for a model that `of_images` or of tables. Parameters of the type do not count.
    pub(crate) fn of(content_type: Option<&str>, of_images: bool) -> Result<Self, Refusal> {
        let list = || Self::types(of_images).collect::<Vec<_>>().join(", ");
        let Some(content_type) = content_type else {
            let help = format!(
                "name what the body holds: -H 'content-type: application/json'; known are {}",
                list()
            );
            return Err(Refusal::new(415, "the request has no content-type", help));
        };
        let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let found = known(of_images).iter().find(|(name, _)| *name == essence);
        found.map(|(_, kind)| *kind).ok_or_else(|| {
            let model = if of_images { "images" } else { "tables" };
            let error = format!("a model of {model} takes no body of the content-type {essence:?}");
            Refusal::new(415, error, format!("send one of {}", list()))
        })
    }
}

fn known(of_images: bool) -> &'static [(&'static str, BodyKind)] {
    if of_images { OF_IMAGES } else { OF_TABLES }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_and_capitals_do_not_count() {
        for name in ["application/json", "application/json; charset=utf-8", "Application/JSON ;x=y"] {
            assert_eq!(BodyKind::of(Some(name), false), Ok(BodyKind::Json), "{name}");
        }
        assert_eq!(BodyKind::of(Some("text/csv;header=present"), false), Ok(CSV));
        assert_eq!(BodyKind::of(Some("image/png"), true), Ok(image("png")));
    }

    #[test]
    fn what_a_model_does_not_take_is_refused() {
        // A table could name files of this machine.
        for (name, of_images) in [
            ("text/csv", true),
            ("image/png", false),
            ("text/plain", false),
            ("", true),
            ("application/jsonx", true),
        ] {
            let refusal = BodyKind::of(Some(name), of_images).unwrap_err();
            assert!(refusal.status == 415 && refusal.help.unwrap().contains("application/json"), "{name}");
        }
        assert_eq!(BodyKind::of(None, false).unwrap_err().status, 415);
    }
}
