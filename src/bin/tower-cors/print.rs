//! Prints what a command found, for people or for programs.

use std::env;
use std::fmt::{Display, Write as _};
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use serde_json::{Value, json};

/// Words that begin a line, and their colours on a terminal.
const WORDS: [(&str, u8); 6] = [
    ("valid:", 32),
    ("allowed:", 32),
    ("blocked:", 31),
    ("error:", 31),
    ("advice:", 33),
    ("note:", 33),
];

/// The findings of a command: text for people, or a document for programs.
pub(crate) struct Report {
    pub(crate) exit: Exit,
    pub(crate) stdout: Vec<String>,
    pub(crate) stderr: Vec<String>,
    pub(crate) json: Value,
}

/// The exit status, as `--help` lists it.
#[derive(Clone, Copy)]
pub(crate) enum Exit {
    Fine,
    Wrong,
    Unusable,
}

impl Report {
    /// Why a command cannot do what it is asked for.
    pub(crate) fn error(exit: Exit, text: impl Display) -> Self {
        let text = text.to_string();
        Self {
            exit,
            stdout: Vec::new(),
            stderr: vec![format!("error: {text}")],
            json: json!({ "error": text }),
        }
    }

    pub(crate) fn print(&self, as_json: bool) -> ExitCode {
        if as_json {
            show(io::stdout(), &[format!("{:#}", self.json)]);
        } else {
            show(io::stdout(), &self.stdout);
            show(io::stderr(), &self.stderr);
        }
        ExitCode::from(self.exit as u8)
    }
}

/// Writes texts of whole lines. A reader that went away, such as `head`, is no reason to panic.
pub(crate) fn show(mut stream: impl Write + IsTerminal, texts: &[String]) {
    // <https://no-color.org>
    let is_off = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let is_dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
    let has_colours = stream.is_terminal() && !is_off && !is_dumb;
    for line in texts.iter().flat_map(|text| text.split('\n')).map(escape) {
        let word = WORDS.iter().find(|(word, _)| line.starts_with(word));
        let _ = match word.filter(|_| has_colours) {
            Some((word, colour)) => {
                let rest = &line[word.len()..];
                writeln!(stream, "\x1b[1;{colour}m{word}\x1b[0m{rest}")
            }
            None => writeln!(stream, "{line}"),
        };
    }
}

/// Escapes, as JSON does, what cannot be seen: terminals may take it for a command, and some
/// of it turns text around.
fn escape(line: &str) -> String {
    let mut escaped = String::with_capacity(line.len());
    for c in line.chars() {
        if c.escape_debug().len() == 1 || r#"\'""#.contains(c) {
            escaped.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        }
    }
    escaped
}
