//! Where the data of a command go: a file that is there as a whole or not at all, or standard output.

use std::io::{self, BufWriter, IsTerminal, Write};

use kiln_core::file::DurableFile;
use kiln_experiment::OutputFile;
use kiln_report::visible::Visible;

/// A file, a terminal, or standard output that is none.
#[derive(Debug)]
pub enum Sink {
    /// A file, which is in its place once it is closed.
    File(DurableFile),
    /// Standard output that is a terminal: control characters are written out.
    Terminal(BufWriter<Visible<io::Stdout>>),
    /// Standard output that is none.
    Stdout(BufWriter<io::Stdout>),
}

impl Sink {
    /// Begins to write to a file, or standard output.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn open(target: Option<&OutputFile>) -> io::Result<Self> {
        Ok(match target {
            Some(target) => Self::File(target.create()?),
            None if io::stdout().is_terminal() => Self::Terminal(BufWriter::new(Visible::new(io::stdout()))),
            None => Self::Stdout(BufWriter::new(io::stdout())),
        })
    }

    /// Puts a file in its place, where it stands as a whole.
    ///
    /// # Errors
    /// What the operating system says; what was there is then as it was.
    pub fn close(self) -> io::Result<()> {
        match self {
            Self::File(file) => file.commit(),
            Self::Terminal(mut out) => out.flush(),
            Self::Stdout(mut out) => out.flush(),
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.write(bytes),
            Self::Terminal(out) => out.write(bytes),
            Self::Stdout(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::File(file) => file.flush(),
            Self::Terminal(out) => out.flush(),
            Self::Stdout(out) => out.flush(),
        }
    }
}
