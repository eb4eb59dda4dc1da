//! How progress is shown, by name.

use std::fmt;
use std::str::FromStr;

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Mode {
    /// A bar where standard error is a terminal, else plain lines.
    #[default]
    Auto,
    /// A bar; plain lines where there is no terminal to draw it on.
    Bar,
    /// A line per epoch, and one every five seconds inside long epochs.
    Plain,
    /// Curves on the whole screen, by whoever can draw them; elsewhere as [`Mode::Auto`].
    Tui,
    /// Nothing.
    Off,
}

/// A mode that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no progress mode {name:?}, use auto, bar, plain, tui or off")]
pub struct UnknownMode {
    /// What was asked for.
    pub name: String,
}

impl FromStr for Mode {
    type Err = UnknownMode;

    fn from_str(name: &str) -> Result<Self, UnknownMode> {
        match name {
            "auto" => Ok(Self::Auto),
            "bar" => Ok(Self::Bar),
            "plain" => Ok(Self::Plain),
            "tui" => Ok(Self::Tui),
            "off" => Ok(Self::Off),
            _ => Err(UnknownMode { name: name.to_owned() }),
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Bar => "bar",
            Self::Plain => "plain",
            Self::Tui => "tui",
            Self::Off => "off",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_read_and_printed() {
        for mode in [Mode::Auto, Mode::Bar, Mode::Plain, Mode::Tui, Mode::Off] {
            assert_eq!(mode.to_string().parse(), Ok(mode));
        }
        assert_eq!(
            "fancy".parse::<Mode>().unwrap_err().to_string(),
            "there is no progress mode \"fancy\", use auto, bar, plain, tui or off"
        );
    }
}
