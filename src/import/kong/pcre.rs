//! A look at a PCRE pattern: whether it says the same in Rust.
//!
//! What Rust's parser refuses need not be known here, but is named where the
//! parser's own message would not tell. What matters is the syntax that Rust
//! accepts and means otherwise: it could allow more.

use std::iter::Peekable;
use std::str::CharIndices;

/// What is found in a pattern that says the same in both.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Pcre {
    /// A `|` outside of all groups.
    pub(super) alternation: bool,
    /// Places of dots between letters or digits, where a dot is meant.
    pub(super) bare_dots: Vec<usize>,
    /// A `[` to match.
    pub(super) bracket: bool,
}

impl Pcre {
    /// Looks at a pattern.
    ///
    /// # Errors
    ///
    /// The construct that cannot be said in Rust, with its article.
    pub(super) fn scan(pattern: &str) -> Result<Self, &'static str> {
        Scan {
            pattern,
            rest: pattern.char_indices().peekable(),
            found: Pcre::default(),
        }
        .run()
    }
}

struct Scan<'a> {
    pattern: &'a str,
    rest: Peekable<CharIndices<'a>>,
    found: Pcre,
}

impl Scan<'_> {
    fn run(mut self) -> Result<Pcre, &'static str> {
        let mut depth = 0;
        let mut last_quantifies = false;
        while let Some((at, c)) = self.rest.next() {
            let mut quantifies = false;
            match c {
                '\\' => self.escape()?,
                '[' => self.class()?,
                '(' => {
                    depth += 1;
                    self.group()?;
                }
                ')' => depth -= 1,
                '|' => self.found.alternation |= depth == 0,
                '+' if last_quantifies => return Err("a possessive quantifier"),
                // Lazy: the same matches, in another order.
                '?' if last_quantifies => {}
                '*' | '{' if last_quantifies => return Err("a quantifier of a quantifier"),
                '*' | '+' | '?' => quantifies = true,
                '{' => {
                    self.repetition()?;
                    quantifies = true;
                }
                '.' if self.is_between_names(at) => self.found.bare_dots.push(at),
                _ => {}
            }
            last_quantifies = quantifies;
        }
        Ok(self.found)
    }

    fn escape(&mut self) -> Result<(), &'static str> {
        let next = self.rest.next().map(|(_, c)| c);
        match next {
            Some('1'..='9' | 'g' | 'k') => Err("a back-reference"),
            // Rust: the beginning and the end of a word.
            Some('<' | '>') => Err("an escaped angle bracket"),
            Some('b' | 'B') if self.peek() == Some('{') => Err("a brace behind `\\b`"),
            Some('Q' | 'E') => Err("a quotation by `\\Q…\\E`"),
            Some('K') => Err("`\\K`"),
            Some('G') => Err("`\\G`"),
            Some('Z') => Err("`\\Z`"),
            Some('[') => {
                self.found.bracket = true;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// A class, up to its `]`.
    fn class(&mut self) -> Result<(), &'static str> {
        self.rest.next_if(|&(_, c)| c == '^');
        // In the first place it is no end.
        self.rest.next_if(|&(_, c)| c == ']');
        while let Some((_, c)) = self.rest.next() {
            match (c, self.peek()) {
                (']', _) => return Ok(()),
                ('\\', _) => self.escape()?,
                ('[', Some(':')) => while self.rest.next().is_some_and(|(_, c)| c != ']') {},
                // Rust: a class within a class.
                ('[', _) => return Err("a `[` within a class"),
                // Rust: intersection and differences.
                ('&', Some('&')) | ('-', Some('-')) | ('~', Some('~')) => {
                    return Err("a doubled `&`, `-` or `~` within a class");
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// What stands behind a `(`.
    fn group(&mut self) -> Result<(), &'static str> {
        if self.peek() == Some('*') {
            return Err("a verb, `(*…)`");
        }
        if self.rest.next_if(|&(_, c)| c == '?').is_none() {
            return Ok(());
        }
        let rest = self.rest();
        let mut chars = rest.chars();
        match (chars.next(), chars.next()) {
            (Some('=' | '!'), _) => Err("a look-ahead"),
            (Some('<'), Some('=' | '!')) => Err("a look-behind"),
            (Some('>'), _) => Err("an atomic group"),
            (Some('|'), _) => Err("a branch reset"),
            (Some('('), _) => Err("a condition"),
            (Some('#'), _) => Err("a comment"),
            (Some('C'), _) => Err("a callout"),
            (Some('R' | '&' | '+' | '0'..='9'), _)
            | (Some('-'), Some('0'..='9'))
            | (Some('P'), Some('>')) => Err("a recursion"),
            (Some('P'), Some('=')) => Err("a back-reference"),
            _ => match rest.find([':', ')', '<', '\'']) {
                Some(end) if rest[..end].contains('x') => Err("the option `x`"),
                _ => Ok(()),
            },
        }
    }

    /// What stands behind a `{`: a repetition, or else a brace to match, which
    /// Rust has to have escaped.
    fn repetition(&mut self) -> Result<(), &'static str> {
        let rest = self.rest();
        let inside = rest.split_once('}').map_or("", |(inside, _)| inside);
        let (least, most) = inside.split_once(',').unwrap_or((inside, ""));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if least.is_empty() || !digits(least) || !digits(most) {
            return Err("a brace that is not escaped");
        }
        while self.rest.next().is_some_and(|(_, c)| c != '}') {}
        Ok(())
    }

    fn is_between_names(&self, at: usize) -> bool {
        let before = self.pattern[..at].chars().next_back();
        let after = self.pattern[at + 1..].chars().next();
        [before, after]
            .iter()
            .all(|c| c.is_some_and(|c| c.is_ascii_alphanumeric()))
    }

    fn peek(&mut self) -> Option<char> {
        self.rest.peek().map(|&(_, c)| c)
    }

    fn rest(&mut self) -> &str {
        let at = self.rest.peek().map_or(self.pattern.len(), |&(at, _)| at);
        &self.pattern[at..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constructs_without_equal() {
        let table = [
            (r"(a)\1", "a back-reference"),
            (r"(?P<n>a)(?P=n)", "a back-reference"),
            (r"\k<n>", "a back-reference"),
            (r"\<a", "an escaped angle bracket"),
            (r"\b{start}", "a brace behind `\\b`"),
            (r"\Qa.b\E", "a quotation by `\\Q…\\E`"),
            (r"a\Kb", "`\\K`"),
            (r"a\Z", "`\\Z`"),
            (r"\Ga", "`\\G`"),
            (r"[[a]", "a `[` within a class"),
            (r"[a&&b]", "a doubled `&`, `-` or `~` within a class"),
            (r"[]a--b]", "a doubled `&`, `-` or `~` within a class"),
            (r"(*UTF8)a", "a verb, `(*…)`"),
            (r"(?=a)", "a look-ahead"),
            (r"https://(?!evil)", "a look-ahead"),
            (r"(?<=a)b", "a look-behind"),
            (r"(?<!a)b", "a look-behind"),
            (r"(?>a)", "an atomic group"),
            (r"(?|a)", "a branch reset"),
            (r"(?(1)a)", "a condition"),
            (r"(?#a)", "a comment"),
            (r"(?C1)", "a callout"),
            (r"(?R)", "a recursion"),
            (r"(?1)", "a recursion"),
            (r"(?-1)", "a recursion"),
            (r"(?&n)", "a recursion"),
            (r"(?P>n)", "a recursion"),
            (r"(?x)a", "the option `x`"),
            (r"(?ix:a)", "the option `x`"),
            (r"a++", "a possessive quantifier"),
            (r"[a]*+", "a possessive quantifier"),
            (r"a{1,2}+", "a possessive quantifier"),
            (r"a**", "a quantifier of a quantifier"),
            (r"a{2}{3}", "a quantifier of a quantifier"),
            (r"a{,3}", "a brace that is not escaped"),
            (r"a{b}", "a brace that is not escaped"),
            (r"a{", "a brace that is not escaped"),
        ];
        for (pattern, construct) in table {
            assert_eq!(Pcre::scan(pattern), Err(construct), "{pattern}");
        }
    }

    #[test]
    fn constructs_that_both_have() {
        let table = [
            (r"https?://([a-z0-9-]+\.)*example\.com(:\d{2,5})?", false),
            (r"(?:a|b)+?", false),
            (r"(?<n>x)(?P<m>y)(?i:z)(?i)", false),
            (r"a|b", true),
            (r"(a)|b", true),
            (r"[|)]", false),
            (r"\|\(", false),
            (r"[[:alpha:]|]{2,}?", false),
            (r"[]|][^]|]", false),
            (r"a\++", false),
        ];
        for (pattern, alternation) in table {
            let found = Pcre::scan(pattern).unwrap_or_else(|found| panic!("{pattern}: {found}"));
            assert_eq!(found.alternation, alternation, "{pattern}");
            assert!(!found.bracket, "{pattern}");
        }
        assert!(Pcre::scan(r"\[::1\]").unwrap().bracket);
        let dots = Pcre::scan(r"a.b\.c.*.d[.]e.f").unwrap().bare_dots;
        assert_eq!(dots, [1, 14]);
    }
}
