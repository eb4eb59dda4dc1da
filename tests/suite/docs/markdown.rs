//! The fenced blocks of a page.

use std::path::Path;

/// A fenced block.
#[derive(Debug)]
pub(crate) struct Block {
    /// `console`, `toml`, `rust` and so on: the first word behind the fence.
    pub(crate) language: String,
    /// The name of the file that the block shows: the second word.
    pub(crate) file: Option<String>,
    /// Whether the block is not run.
    pub(crate) ignored: bool,
    pub(crate) lines: Vec<String>,
    /// The number of the first line in the page, counted from 1.
    pub(crate) line: usize,
}

/// The blocks of a page, checked: each has a language, and what is not run says why in its first line.
pub(crate) fn blocks(page: &Path, text: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut open = false;
    for (index, line) in text.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(_) if open => open = false,
            Some(info) => {
                open = true;
                let mut words = info.split([' ', ',']).filter(|word| !word.is_empty());
                let language = words.next().unwrap_or_default().to_owned();
                let at = || format!("{}:{}", page.display(), index + 1);
                assert!(!language.is_empty(), "{}: the block has no language; `text` is one", at());
                let (mut file, mut ignored) = (None, false);
                for word in words {
                    match word {
                        "ignore" => ignored = true,
                        // For the doc tests, which compile it.
                        "no_run" => {}
                        name => file = Some(name.to_owned()),
                    }
                }
                found.push(Block { language, file, ignored, lines: Vec::new(), line: index + 2 });
            }
            None if open => found.last_mut().unwrap().lines.push(line.to_owned()),
            None => {}
        }
    }
    for block in &found {
        let first = block.lines.first().map_or("", String::as_str);
        let says_why = ["# ", "// "].iter().any(|mark| first.starts_with(mark));
        assert!(
            !block.ignored || says_why,
            "{}:{}: a block that is not run begins with a comment that says why",
            page.display(),
            block.line
        );
    }
    found
}

#[test]
fn blocks_have_a_language_a_file_and_lines() {
    let page =
        "# T\n```toml a.toml\nx = 1\n```\ntext\n```console ignore\n# needs a GPU\n$ kiln devices\n```\n";
    let [file, skipped] = &blocks(Path::new("page.md"), page)[..] else { panic!() };
    assert_eq!((file.language.as_str(), file.file.as_deref(), file.line), ("toml", Some("a.toml"), 3));
    assert_eq!(file.lines, ["x = 1"]);
    assert!(skipped.ignored && !file.ignored);
    assert_eq!(skipped.lines, ["# needs a GPU", "$ kiln devices"]);
}

#[test]
#[should_panic(expected = "says why")]
fn a_block_that_is_not_run_gives_its_reason() {
    blocks(Path::new("page.md"), "```console ignore\n$ kiln devices\n```\n");
}
