//! Events as lines of JSON.

use std::io::{self, Write};

use serde::Serialize;

use crate::event::{Event, VERSION};

/// Prints events, one a line, each as soon as it is written.
#[derive(Debug)]
pub struct EventWriter<W> {
    out: W,
    closed: bool,
}

impl EventWriter<io::Stdout> {
    /// Writes to standard output.
    pub fn stdout() -> Self {
        Self::new(io::stdout())
    }
}

impl<W: Write> EventWriter<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self { out, closed: false }
    }

    /// Prints `event` and flushes.
    ///
    /// Once the reader has gone (a closed pipe) events are dropped silently: a reader that has seen enough must not
    /// end the training.
    ///
    /// # Errors
    /// Any other failure to write.
    pub fn write(&mut self, event: &Event) -> io::Result<()> {
        #[derive(Serialize)]
        struct Line<'a> {
            v: u32,
            #[serde(flatten)]
            event: &'a Event,
        }

        if self.closed {
            return Ok(());
        }
        // One write for the whole line, so that a reader never sees half of it.
        let mut line = serde_json::to_vec(&Line { v: VERSION, event })?;
        line.push(b'\n');
        match self.out.write_all(&line).and_then(|()| self.out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            result => result,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Failure;

    fn event() -> Event {
        Event::Error(Failure { code: 4, message: "diverged".to_owned(), help: None })
    }

    /// Fails every time with `kind`.
    struct Fails {
        calls: usize,
        kind: io::ErrorKind,
    }

    impl Write for Fails {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            self.calls += 1;
            Err(self.kind.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_closed_pipe_is_silent_and_any_other_failure_is_not() {
        let mut closed = EventWriter::new(Fails { calls: 0, kind: io::ErrorKind::BrokenPipe });
        assert!(closed.write(&event()).is_ok());
        assert!(closed.write(&event()).is_ok());
        assert_eq!(closed.out.calls, 1);
        let mut full = EventWriter::new(Fails { calls: 0, kind: io::ErrorKind::StorageFull });
        assert_eq!(full.write(&event()).unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}
