//! Bytes of requests and texts of configurations, made safe to show.

use std::fmt::{self, Write};

use http::HeaderValue;

/// At most so many bytes are shown; any valid origin is shorter.
const MOST: usize = 400;

/// Shows the bytes of a value escaped, and cut after [`MOST`].
pub(crate) struct Escaped<'a>(pub(crate) &'a HeaderValue);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.0.as_bytes();
        let cut = bytes.get(..MOST).unwrap_or(bytes);
        let end = if bytes.len() > MOST { "…" } else { "" };
        write!(f, "{}{end}", cut.escape_ascii())
    }
}

/// In quotes. Quotes inside are escaped, so a value cannot pretend to end early.
impl fmt::Debug for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// Shows text on one line. Characters that terminals take for commands, or that change the
/// direction of text, are replaced one by one: a regex stays readable, and a caret below it
/// stays in place. `{:#}` keeps line breaks.
pub(crate) struct Readable<'a>(pub(crate) &'a str);

impl fmt::Display for Readable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '\n' if f.alternate() => f.write_char(c),
            c => f.write_char(readable(c)),
        })
    }
}

/// Shows text in printable ASCII, which any header value can hold. All else is escaped.
pub(crate) struct Printable<'a>(pub(crate) &'a str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            ' '..='~' => f.write_char(c),
            c => write!(f, "{}", c.escape_default()),
        })
    }
}

fn readable(c: char) -> char {
    match c {
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        '\x7f' => '\u{2421}',
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => '\u{fffd}',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printable_text_stays_as_it_is() {
        let shown = |text| Printable(text).to_string();
        let all: String = (' '..='~').collect();
        assert_eq!(shown(&all), all);
        assert_eq!(
            shown("\0\t\r\n\u{1f}\u{7f}\u{80}\u{e9}\u{2019}\u{1f600}"),
            r"\u{0}\t\r\n\u{1f}\u{7f}\u{80}\u{e9}\u{2019}\u{1f600}"
        );
        assert!(('\0'..='\u{2fff}').all(|c| {
            let text = Printable(c.encode_utf8(&mut [0; 4])).to_string();
            text.bytes().all(|b| matches!(b, b' '..=b'~')) && HeaderValue::try_from(text).is_ok()
        }));
    }

    #[test]
    fn long_values_are_cut() {
        let shown = |len| {
            let value = HeaderValue::try_from("a".repeat(len)).unwrap();
            Escaped(&value).to_string()
        };
        let most = "a".repeat(MOST);
        assert_eq!(shown(MOST), most);
        assert_eq!(shown(MOST + 1), format!("{most}…"));
        assert_eq!(shown(2 * MOST), format!("{most}…"));
    }
}
