//! A training in progress on the whole screen: curves, and how long it still takes.

#[cfg(not(feature = "tui"))]
mod absent;
#[cfg(feature = "tui")]
mod draw;
#[cfg(feature = "tui")]
mod live;
#[cfg(feature = "tui")]
mod panel;
#[cfg(feature = "tui")]
mod screen;
#[cfg(feature = "tui")]
mod shared;
#[cfg(feature = "tui")]
mod thinned;
#[cfg(feature = "tui")]
mod view;

#[cfg(not(feature = "tui"))]
pub(crate) use absent::View;
#[cfg(feature = "tui")]
pub(crate) use view::View;
