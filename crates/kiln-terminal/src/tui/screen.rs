//! The terminal as a whole screen, for as long as it is held.

use std::io::{self, BufWriter, IsTerminal, Stderr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

use super::draw::draw;
use super::shared::Shared;

/// The time between two pictures.
const EVERY: Duration = Duration::from_secs(1);
/// How long a key or an end may wait.
const LOOK: Duration = Duration::from_millis(100);

/// The terminal as a whole screen. Dropping gives it back.
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<BufWriter<Stderr>>>,
    /// Set by a signal.
    signalled: Arc<AtomicBool>,
    registered: Vec<signal_hook::SigId>,
}

impl Screen {
    /// Takes the terminal of standard error.
    ///
    /// # Errors
    /// Where there is none, or the system refuses.
    pub(super) fn open() -> io::Result<Self> {
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        if !io::stderr().is_terminal() || is_dumb {
            return Err(io::Error::other("standard error is no terminal that can show it"));
        }
        // Not by characters: a write for each piece of a picture would be one for each system call.
        let backend = CrosstermBackend::new(BufWriter::with_capacity(1 << 16, io::stderr()));
        let mut screen =
            Self { terminal: Terminal::new(backend)?, signalled: Arc::default(), registered: Vec::new() };
        for signal in [SIGINT, SIGTERM] {
            // Before the next signal, which may end the process at once, the terminal is as it was.
            screen.registered.extend(flag::register(signal, Arc::clone(&screen.signalled)));
        }
        enable_raw_mode()?;
        execute!(io::stderr(), EnterAlternateScreen, Hide)?;
        Ok(screen)
    }

    /// Shows the training until it has ended, somebody leaves, or a signal comes.
    ///
    /// # Errors
    /// A terminal that has gone.
    pub(super) fn show(&mut self, shared: &Shared) -> io::Result<()> {
        let mut shown: Option<Instant> = None;
        while !shared.is_over() && !self.signalled.load(Ordering::Relaxed) {
            if shown.is_none_or(|shown| shown.elapsed() >= EVERY)
                && let Some(live) = shared.changed(shown.is_none())
            {
                self.terminal.draw(|frame| draw(frame, &live))?;
                shown = Some(Instant::now());
            }
            if !event::poll(LOOK)? {
                continue;
            }
            match event::read()? {
                Event::Key(key) if key.kind == KeyEventKind::Release => {}
                Event::Key(key) if is_interrupt(key) => {
                    // What the key would have done if the terminal had not handed it over.
                    return low_level::raise(SIGINT);
                }
                Event::Key(KeyEvent { code: KeyCode::Char('q' | 'Q') | KeyCode::Esc, .. }) => return Ok(()),
                Event::Resize(..) => shown = None,
                _ => {}
            }
        }
        Ok(())
    }
}

fn is_interrupt(key: KeyEvent) -> bool {
    key.modifiers.contains(KeyModifiers::CONTROL) && matches!(key.code, KeyCode::Char('c' | 'C'))
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = execute!(io::stderr(), LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
        for id in self.registered.drain(..) {
            low_level::unregister(id);
        }
    }
}
