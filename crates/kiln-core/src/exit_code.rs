//! The kinds of failure, each with its exit code of the command `kiln`.

/// The kind of a failure, which is also the exit code of the command `kiln`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A bug in kiln or in a library below it (exit code 1).
    Internal,
    /// Wrong usage or configuration, or a missing device (2).
    Usage,
    /// Data that is missing or malformed (3).
    Data,
    /// Training diverged: a loss or weight became NaN or infinite (4).
    Diverged,
    /// A checkpoint is damaged or does not fit (5).
    Checkpoint,
    /// Another process is using the run (6).
    Busy,
    /// The operating system refused to read or write (7).
    Io,
}

impl ErrorKind {
    /// The exit code of the command `kiln` for this kind.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Internal => 1,
            Self::Usage => 2,
            Self::Data => 3,
            Self::Diverged => 4,
            Self::Checkpoint => 5,
            Self::Busy => 6,
            Self::Io => 7,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_code_of_its_own() {
        let kinds = [
            ErrorKind::Internal,
            ErrorKind::Usage,
            ErrorKind::Data,
            ErrorKind::Diverged,
            ErrorKind::Checkpoint,
            ErrorKind::Busy,
            ErrorKind::Io,
        ];
        // Scripts rely on these numbers.
        assert_eq!(kinds.map(ErrorKind::exit_code), [1, 2, 3, 4, 5, 6, 7]);
    }
}
