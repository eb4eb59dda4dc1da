//! Pages that are made when they are asked for.

/// An answer: its type and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its type, such as `text/html; charset=utf-8`.
    pub content_type: &'static str,
    /// What is sent.
    pub body: String,
}

/// Pages that are made when they are asked for, by one thread at a time.
pub trait Pages: Send + Sync {
    /// The page at a path such as `/`, with what stands behind its `?`; `None` where there is none.
    ///
    /// # Errors
    /// What keeps it from being made, in words: the browser is told, with the status 500.
    fn page(&self, path: &str, query: &str) -> Result<Option<Page>, String>;
}
