//! Errors as a person sees them: message, the line it is about, what to do.

use std::fmt;
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};

use kiln_core::{Explain, file};
use kiln_data::FilePosition;
use kiln_experiment::ExperimentError;
use kiln_report::visible::visible;
use kiln_terminal::failure;
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents,
};

use crate::error::CliError;

/// Reports an error: for people, and with `json` for programs too.
pub(crate) fn report(error: &CliError, json: bool) {
    if json {
        failure(error.exit_code(), one_line(error), error.help());
    }
    let _ = io::stderr().write_all(render(error, colour(), 100).as_bytes());
}

/// The error as text for a terminal that is `width` wide.
pub(crate) fn render(error: &CliError, colour: bool, width: usize) -> String {
    let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(width).with_links(false);
    let excerpt = excerpt(error);
    let message = if excerpt.is_some() { error.to_string() } else { one_line(error) };
    let message = visible(&message).into_owned();
    let help = error.help().map(|help| visible(&help).into_owned());
    let report = Report { message, help, excerpt: excerpt.map(Excerpt::visible) };
    let mut text = String::new();
    match handler.render_report(&mut text, &report) {
        Ok(()) => text,
        // The place does not fit its text any more (the file has changed): the message still holds.
        Err(fmt::Error) => format!("  × {}\n", report.message),
    }
}

/// Whether standard error takes colours: a terminal, and `NO_COLOR` is not set.
pub(crate) fn colour() -> bool {
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    std::io::stderr().is_terminal() && !no_color && !dumb
}

/// The message with its place in front, for readers that see no snippet.
pub(crate) fn one_line(error: &CliError) -> String {
    match error {
        CliError::Experiment(error) => error.one_line(),
        error => error.to_string(),
    }
}

fn excerpt(error: &CliError) -> Option<Excerpt> {
    if let Some(snippet) = error.snippet() {
        let text = snippet.source.text.clone();
        if text.lines().any(|line| line.len() as u64 > LONGEST_LINE) {
            return None;
        }
        let start = snippet.span.start.min(text.len());
        let length = snippet.span.end.clamp(start, text.len()) - start;
        return Some(Excerpt {
            name: snippet.source.name.clone(),
            text,
            first_line: 0,
            span: (start, length),
        });
    }
    match error {
        CliError::Experiment(ExperimentError::Data(error)) => error.position().as_ref().and_then(from_file),
        _ => None,
    }
}

/// Lines longer than this, in bytes, are not shown: they would fill the screen.
const LONGEST_LINE: u64 = 1000;

/// The line that `position` names, read from its file again.
fn from_file(position: &FilePosition) -> Option<Excerpt> {
    let mut reader = BufReader::new(file::open(&position.path).ok()?.0);
    for _ in 1..position.line {
        reader.skip_until(b'\n').ok()?;
    }
    let mut line = Vec::new();
    reader.take(LONGEST_LINE).read_until(b'\n', &mut line).ok()?;
    let text = text_of(line)?.trim_end_matches(['\r', '\n']).to_owned();
    let byte = |character: usize| text.char_indices().nth(character).map_or(text.len(), |(byte, _)| byte);
    let start = position.column.map_or(0, |column| byte(column.saturating_sub(1)));
    let end = position.column.map_or(text.len(), |column| byte(column.saturating_sub(1) + position.span_len));
    let span = (start, end.saturating_sub(start));
    Some(Excerpt { name: position.path.display().to_string(), text, first_line: position.line - 1, span })
}

impl Excerpt {
    /// The same with its control characters written out, and the part to underline where it is then.
    fn visible(self) -> Self {
        let (start, end) = (self.span.0, self.span.0 + self.span.1);
        let (Some(before), Some(part), Some(after)) =
            (self.text.get(..start), self.text.get(start..end), self.text.get(end..))
        else {
            return Self { text: visible(&self.text).into_owned(), ..self };
        };
        let (before, part, after) = (visible(before), visible(part), visible(after));
        let span = (before.len(), part.len());
        Self { name: visible(&self.name).into_owned(), text: format!("{before}{part}{after}"), span, ..self }
    }
}

/// A line, or the beginning of one, as text; `None` where the file is compressed or in another encoding.
fn text_of(mut line: Vec<u8>) -> Option<String> {
    if let Err(error) = std::str::from_utf8(&line) {
        // A letter that is cut off at the end.
        error.error_len().is_none().then(|| line.truncate(error.valid_up_to()))?;
    }
    String::from_utf8(line).ok().filter(|line| !line.contains('\0'))
}

/// A piece of a text, with the part to underline.
#[derive(Debug)]
struct Excerpt {
    name: String,
    text: String,
    /// Lines of the whole text before this piece.
    first_line: usize,
    span: (usize, usize),
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let inner = self.text.read_span(span, before, after)?;
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            inner.data(),
            *inner.span(),
            inner.line() + self.first_line,
            inner.column(),
            inner.line_count(),
        )))
    }
}

#[derive(Debug)]
struct Report {
    message: String,
    help: Option<String>,
    excerpt: Option<Excerpt>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report {}

impl Diagnostic for Report {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|excerpt| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let excerpt = self.excerpt.as_ref()?;
        let (start, length) = excerpt.span;
        Some(Box::new(std::iter::once(LabeledSpan::new(None, start, length))))
    }
}

#[cfg(test)]
mod tests {
    use kiln_config::{Request, resolve};

    use super::*;

    #[test]
    fn the_line_is_shown_under_the_message() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("my.toml");
        std::fs::write(&file, "[data]\nsource = \"iris\"\n[train]\nepochs = -1\n").unwrap();
        let config = Some(file.to_str().unwrap().to_owned());
        let error = resolve(&Request { config, ..Request::default() }).unwrap_err();
        let text = render(&error.into(), false, 80);
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        assert_eq!(lines[0], "  × train.epochs is -1, it must be at least 0");
        assert!(lines[1].ends_with("my.toml:4:10]"), "{text}");
        assert!(lines.contains(&" 4 │ epochs = -1") && lines.contains(&"   ·          ──"), "{text}");
    }

    #[test]
    fn an_excerpt_sends_no_commands_to_the_terminal() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("my\u{1b}[2J.toml");
        std::fs::write(&file, "[data]\nsource = \"iris\"\n[train]\nepochs = -1 # \u{9b}31miris\n").unwrap();
        let config = Some(file.to_str().unwrap().to_owned());
        let error = resolve(&Request { config, ..Request::default() }).unwrap_err();
        let text = render(&error.into(), false, 80);
        assert!(text.contains("my\\u{1b}[2J.toml") && text.contains("\\u{9b}31miris"), "{text}");
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
    }
}
