//! Checks that a PCRE pattern has the same meaning in Rust.
//!
//! Rust's parser reports the syntax that it does not have. This file finds the syntax that it
//! accepts with another meaning, which could allow more origins.

use regex::bytes::RegexBuilder;
use regex_syntax::ast::parse::Parser;
use regex_syntax::ast::{
    self, AssertionKind, Ast, ClassSetBinaryOp, ClassSetItem, Flag, Flags, RepetitionKind, Span,
};

use crate::import::error::ImportErrorKind as ErrorKind;
use crate::origin::{RegexFault, check_regex, may_match_ipv6};

/// The properties of a pattern that has the same meaning in both.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Pcre {
    /// A `|` outside of all groups.
    pub(super) alternation: bool,
    /// The pattern, changed so that nothing matches a bracket; `None` if it matches no IPv6
    /// address anyway. Kong removes the brackets of addresses before it matches.
    pub(super) bracketless: Option<String>,
}

/// Restricts a class that also matches brackets.
const NO_BRACKET: &str = r"[^\[\]]";
/// Matches nothing.
const NOTHING: &str = "[a&&b]";

impl Pcre {
    /// Checks a pattern without its outer anchors.
    pub(super) fn look(pattern: &str) -> Result<Self, ErrorKind> {
        let parsed = match (Parser::new().parse(pattern), check_regex(pattern)) {
            (_, Err(RegexFault::PcreOnly { what, .. })) => return Err(pcre(what)),
            (Err(error), _) => {
                let message = match quote(pattern, error.span()) {
                    "" => error.kind().to_string(),
                    what => format!("`{what}`: {}", error.kind()),
                };
                return Err(ErrorKind::Regex { message });
            }
            (_, Err(fault)) => {
                let message = fault.to_string();
                let message = message.lines().next_back().unwrap_or_default();
                let message = message.trim_start_matches("error: ").to_owned();
                return Err(ErrorKind::Regex { message });
            }
            (Ok(ast), Ok(regex)) => (ast, may_match_ipv6(&regex)),
        };
        let (ast, may_match_ipv6) = parsed;
        let bracketless = String::new();
        let bracketless = ast::visit(
            &ast,
            Look {
                pattern,
                copied: 0,
                bracketless,
            },
        )?;
        Ok(Pcre {
            alternation: matches!(ast, Ast::Alternation(_)),
            bracketless: may_match_ipv6.then_some(bracketless),
        })
    }
}

fn pcre(construct: &'static str) -> ErrorKind {
    ErrorKind::Pcre { construct }
}

fn quote<'a>(pattern: &'a str, span: &Span) -> &'a str {
    &pattern[span.start.offset..span.end.offset]
}

/// Visits every part of a pattern, and copies it without matches for brackets.
struct Look<'a> {
    pattern: &'a str,
    /// The length of the part of the pattern that is copied so far.
    copied: usize,
    bracketless: String,
}

impl ast::Visitor for Look<'_> {
    type Output = String;
    type Err = ErrorKind;

    fn finish(mut self) -> Result<String, ErrorKind> {
        self.bracketless.push_str(&self.pattern[self.copied..]);
        Ok(self.bracketless)
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), ErrorKind> {
        match ast {
            Ast::Assertion(assertion) => match assertion.kind {
                AssertionKind::StartLine
                | AssertionKind::EndLine
                | AssertionKind::StartText
                | AssertionKind::EndText
                | AssertionKind::WordBoundary
                | AssertionKind::NotWordBoundary => Ok(()),
                _ => Err(pcre("an escaped angle bracket or a brace behind `\\b`")),
            },
            Ast::Flags(set) => flags(&set.flags),
            Ast::Group(group) => group.flags().map_or(Ok(()), flags),
            Ast::Literal(literal) if matches!(literal.c, '[' | ']') => {
                self.replace(&literal.span, NOTHING);
                Ok(())
            }
            Ast::Repetition(outer) => {
                let is_range = matches!(outer.op.kind, RepetitionKind::Range(_));
                let mut op = quote(self.pattern, &outer.op.span).chars();
                match &*outer.ast {
                    Ast::Repetition(_) if !is_range => Err(pcre("a quantifier of a quantifier")),
                    _ if op.any(char::is_whitespace) => Err(pcre("a space within a quantifier")),
                    _ => Ok(()),
                }
            }
            Ast::Dot(span) => {
                self.replace(span, NO_BRACKET);
                Ok(())
            }
            Ast::ClassPerl(_) | Ast::ClassBracketed(_) => {
                let class = quote(self.pattern, ast.span());
                // A range in PCRE, but two characters in Rust.
                let inner = class.trim_start_matches('[').trim_start_matches('^');
                let range = inner.strip_prefix("--").or(inner.strip_prefix("]-"));
                if range.is_some_and(|rest| !matches!(rest, "]" | "-]")) {
                    return Err(pcre("a range that begins with `-` or `]`"));
                }
                if has_bracket(class) {
                    self.replace(ast.span(), &format!("[{class}&&{NO_BRACKET}]"));
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Result<(), ErrorKind> {
        // A bracket among the characters in PCRE, but a nested class in Rust.
        match item {
            ClassSetItem::Bracketed(_) => Err(pcre("a `[` within a class")),
            _ => Ok(()),
        }
    }

    fn visit_class_set_binary_op_pre(&mut self, _: &ClassSetBinaryOp) -> Result<(), ErrorKind> {
        // Two characters in PCRE, but an operator in Rust.
        Err(pcre("a doubled `&`, `-` or `~` within a class"))
    }
}

impl Look<'_> {
    fn replace(&mut self, span: &Span, class: &str) {
        let before = &self.pattern[self.copied..span.start.offset];
        self.bracketless.extend([before, class]);
        self.copied = span.end.offset;
    }
}

/// The class matches a bracket.
fn has_bracket(class: &str) -> bool {
    let regex = RegexBuilder::new(class).unicode(false).build();
    regex.is_ok_and(|regex| regex.is_match(b"[") || regex.is_match(b"]"))
}

fn flags(flags: &Flags) -> Result<(), ErrorKind> {
    if flags.flag_state(Flag::CRLF).is_some() {
        return Err(pcre("a recursion"));
    }
    match flags.flag_state(Flag::IgnoreWhitespace) {
        // PCRE and Rust ignore different characters.
        Some(_) => Err(pcre("the option `x`")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constructs_that_rust_has_not_or_reads_otherwise() {
        let table = [
            (r"(a)\1", "a back-reference"),
            (r"(?P<n>a)\k<n>", "a back-reference"),
            (r"\<a", "an escaped angle bracket or a brace behind `\\b`"),
            (
                r"\b{start}",
                "an escaped angle bracket or a brace behind `\\b`",
            ),
            (r"[[a]]", "a `[` within a class"),
            (r"[a&&b]", "a doubled `&`, `-` or `~` within a class"),
            (r"[]a--b]", "a doubled `&`, `-` or `~` within a class"),
            (r"(?=a)", "look-ahead"),
            (r"https://(?!evil)", "look-ahead"),
            (r"(?<=a)b", "look-behind"),
            (r"(?<!a)b", "look-behind"),
            (r"(?>a)", "an atomic group"),
            (r"(?R)", "a recursion"),
            (r"(?x)a", "the option `x`"),
            (r"(?ix:a)", "the option `x`"),
            (r"a++", "a possessive quantifier"),
            (r"[a]*+", "a possessive quantifier"),
            (r"a{1,2}+", "a possessive quantifier"),
        ];
        for (pattern, construct) in table {
            assert_eq!(Pcre::look(pattern), Err(pcre(construct)), "{pattern}");
        }
    }

    #[test]
    fn constructs_that_rust_refuses() {
        let table = [
            (r"a\Kb", r"`\K`: unrecognized escape sequence"),
            (r"\Qa.b\E", r"`\Q`: unrecognized escape sequence"),
            (r"a\h", r"`\h`: unrecognized escape sequence"),
            (r"(*UTF8)a", "repetition operator missing expression"),
            (r"(?#a)", "`#`: unrecognized flag"),
            (r"(?(1)a)", "`(`: unrecognized flag"),
            (r"(?1)", "`1`: unrecognized flag"),
            (r"\pL", "Unicode not allowed here"),
        ];
        for (pattern, message) in table {
            let message = message.to_owned();
            let error = ErrorKind::Regex { message };
            assert_eq!(Pcre::look(pattern), Err(error), "{pattern}");
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
            (r"a\++", false),
        ];
        for (pattern, alternation) in table {
            let found = Pcre::look(pattern).map(|found| found.alternation);
            assert_eq!(found, Ok(alternation), "{pattern}");
        }
        let bracketless = |pattern| Pcre::look(pattern).unwrap().bracketless;
        assert_eq!(bracketless(r"\[::1]").as_deref(), Some("[a&&b]::1[a&&b]"));
        assert_eq!(
            bracketless(r"^.[a-z]+[A-z]\W\d*[^.].*$").as_deref(),
            Some(r"^[^\[\]][a-z]+[[A-z]&&[^\[\]]][\W&&[^\[\]]]\d*[[^.]&&[^\[\]]][^\[\]]*$")
        );
        assert_eq!(bracketless(r"https://.*\.example\.com"), None);
    }
}
