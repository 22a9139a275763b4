//! Regexes that match whole texts: their syntax, and the one way to compile them.
//!
//! A regex is anchored after it has been parsed, not before. Anchors around its text would
//! need care with comments (`(?x)… # note`), flags and parentheses (`a)|(?:b`). Nothing
//! escapes from anchors around a parsed expression.

use super::super::fault::RegexFault;
use regex::bytes::{RegexSet, RegexSetBuilder};
use regex_syntax::ast::{self, Ast, Flag, RepetitionKind};
use regex_syntax::hir::translate::TranslatorBuilder;
use regex_syntax::hir::{Hir, HirKind, Look};

/// The length of a regex in bytes, at most. Origins have 327, and parsing takes some
/// hundred times as much memory as the text.
///
/// Policies can come from tenants, so all these bounds are fixed: none grows with the
/// number of regexes.
const MAX_SOURCE: usize = 4 << 10;

/// Groups may nest so deep. Several functions recurse to that depth.
const MAX_NESTING: u32 = 128;

/// Each level of a parsed regex may be printed as several.
const MAX_PRINTED_NESTING: u32 = 16 * MAX_NESTING;

/// The bytes that one compiled regex may take. `[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?` takes
/// 9 KiB, and seven hundred short names about 50.
const MAX_REGEX: usize = 64 << 10;

/// The bytes that all of them may take. A hundred usual ones take 200 KiB.
///
/// This bounds the time as well. The automaton keeps the states that a host led to, so a
/// known host takes about a microsecond. A new one takes tens of microseconds with usual
/// regexes, and some milliseconds with the worst that fit: counts within counts.
const MAX_REGEXES: usize = 256 << 10;

/// The bytes, for each thread, that the automata of a policy may keep of the hosts that
/// they met. They share it by weight. The `regex` crate allows one automaton half of it.
const MAX_KEPT: usize = 4 << 20;

/// The bytes that each may keep beside its share. A usual regex needs a tenth of it.
const MIN_KEPT: usize = 64 << 10;

/// A policy may have so many. Thousands of short ones would be within the other bounds,
/// but each is also compiled by itself.
pub(crate) const MAX_REGEX_COUNT: usize = 512;

/// A regex that matches whole texts only, and that compiles.
#[derive(Debug)]
pub(crate) struct OriginRegex {
    pub(super) hir: Hir,
    /// The compiled form of this one alone.
    pub(super) compiled: RegexSet,
}

impl OriginRegex {
    /// The whole text matches.
    pub(crate) fn matches(&self, text: &str) -> bool {
        self.compiled.is_match(text.as_bytes())
    }
}

/// Checks a regex by itself, before it is compiled among others.
pub(crate) fn check_regex(source: &str) -> Result<OriginRegex, RegexFault> {
    if source.len() > MAX_SOURCE {
        return Err(RegexFault::TooLong { limit: MAX_SOURCE });
    }
    let hir = Hir::concat(vec![
        Hir::look(Look::Start),
        parse(source)?,
        Hir::look(Look::End),
    ]);
    match build([&hir].into_iter(), MAX_REGEX, MAX_KEPT / 2) {
        Ok(compiled) => Ok(OriginRegex { hir, compiled }),
        Err(regex::Error::CompiledTooBig(_)) => Err(RegexFault::TooBig { limit: MAX_REGEX }),
        Err(error) => Err(RegexFault::Syntax {
            message: error.to_string(),
        }),
    }
}

/// Compiles checked regexes into one automaton, which may keep as many bytes as is its
/// share of the weight. With too few of them, a search takes a thousand times as long.
pub(super) fn compile<'a>(
    regexes: impl Iterator<Item = &'a Hir> + Clone,
    total_weight: usize,
) -> Result<RegexSet, RegexFault> {
    let parts = total_weight.div_ceil(weight(regexes.clone()));
    // Each has compiled alone, so only the size can be wrong.
    build(regexes, MAX_REGEXES, MAX_KEPT / parts + MIN_KEPT)
        .map_err(|_| RegexFault::AllTooBig { limit: MAX_REGEXES })
}

/// About how many states regexes have together.
pub(super) fn weight<'a>(regexes: impl Iterator<Item = &'a Hir>) -> usize {
    regexes.map(states).fold(1, usize::saturating_add)
}

fn states(hir: &Hir) -> usize {
    let inside = weight(hir.kind().subs().iter());
    match hir.kind() {
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min).max(1);
            inside.saturating_mul(times as usize)
        }
        _ => inside,
    }
}

/// Compiles parsed regexes. Deliberately, there is no way to compile from text.
fn build<'a>(
    regexes: impl Iterator<Item = &'a Hir>,
    size: usize,
    kept: usize,
) -> Result<RegexSet, regex::Error> {
    RegexSetBuilder::new(regexes.map(Hir::to_string))
        .unicode(false)
        .nest_limit(MAX_PRINTED_NESTING)
        .size_limit(size)
        .dfa_size_limit(kept)
        .build()
}

/// Parses without Unicode. Origins are ASCII, so `\d` means `[0-9]` anyway. With Unicode, a
/// policy would depend on the tables that some other crate switches on in the same build.
fn parse(source: &str) -> Result<Hir, RegexFault> {
    let ast = ast::parse::ParserBuilder::new()
        .nest_limit(MAX_NESTING)
        .build()
        .parse(source)
        .map_err(|error| parse_fault(source, error))?;
    ast::visit(&ast, Dialect { source })?;
    TranslatorBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .translate(source, &ast)
        // With UTF-8 off, all errors of the translator are about Unicode.
        .map_err(|error| RegexFault::NotAscii {
            message: regex_syntax::Error::from(error).to_string(),
        })
}

fn parse_fault(source: &str, error: ast::Error) -> RegexFault {
    let at = error.span().start.offset;
    let (before, rest) = source.split_at(at);
    let what = match error.kind() {
        ast::ErrorKind::UnsupportedLookAround if rest.starts_with("(?<") => Some("look-behind"),
        ast::ErrorKind::UnsupportedLookAround => Some("look-ahead"),
        ast::ErrorKind::UnsupportedBackreference => Some("a back-reference"),
        ast::ErrorKind::EscapeUnrecognized if rest.starts_with(r"\k") => Some("a back-reference"),
        ast::ErrorKind::FlagUnrecognized if before.ends_with("(?") && rest.starts_with('>') => {
            Some("an atomic group")
        }
        _ => None,
    };
    let message = regex_syntax::Error::from(error).to_string();
    match what {
        Some(what) => RegexFault::PcreOnly { what, message },
        None => RegexFault::Syntax { message },
    }
}

/// Finds constructs that parse here, but mean something else in PCRE or need Unicode.
struct Dialect<'a> {
    source: &'a str,
}

impl ast::Visitor for Dialect<'_> {
    type Output = ();
    type Err = RegexFault;

    fn finish(self) -> Result<(), RegexFault> {
        Ok(())
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), RegexFault> {
        let quote = |span: &ast::Span| &self.source[span.start.offset..span.end.offset];
        let flags = match ast {
            // `a++` parses as `(a+)+` here, and matches more than in PCRE.
            Ast::Repetition(repetition)
                if matches!(*repetition.ast, Ast::Repetition(_))
                    && repetition.op.kind == RepetitionKind::OneOrMore =>
            {
                return Err(RegexFault::PcreOnly {
                    what: "a possessive quantifier",
                    message: format!("`{}`", crate::text::Readable(quote(&repetition.span))),
                });
            }
            Ast::Flags(set) => Some(&set.flags),
            Ast::Group(group) => group.flags(),
            _ => None,
        };
        match flags {
            Some(flags) if flags.flag_state(Flag::Unicode) == Some(true) => {
                Err(RegexFault::NotAscii {
                    message: format!("flag `{}`", quote(&flags.span)),
                })
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn matches(source: &str, text: &str) -> bool {
        let regex = check_regex(source).expect("a regex");
        let matches = regex.compiled.is_match(text.as_bytes());
        let among = compile([&regex.hir].into_iter(), 1).expect("not too big");
        assert_eq!(among.is_match(text.as_bytes()), matches);
        matches
    }

    #[test]
    fn only_whole_texts_match() {
        let table: [(&str, &[&str], &[&str]); 17] = [
            (r"a", &["a"], &["", "aa", "ab", "ba"]),
            ("", &[""], &["a", "\n"]),
            (r"a|b", &["a", "b"], &["ab", "ax", "xb"]),
            (r"|a", &["", "a"], &["b"]),
            (
                r"(?x)a\.b # note",
                &["a.b"],
                &["a.bc", "a.b\n", "a.b # note"],
            ),
            (r"(?x)a\.b # note)|(?:c", &["a.b"], &["c", "a.bc"]),
            (r"(?x)a|b #", &["a", "b"], &["ab", "a\n"]),
            ("(?x)a # b\n|c", &["a", "c"], &["ac", "a\n"]),
            (r"a#", &["a#"], &["a", "a#\n"]),
            (r"(?m)^a$", &["a"], &["a\nb", "b\na", "a\n"]),
            (r"(?m)^a$\n^b$", &["a\nb"], &["a", "b"]),
            (r"(?i)aB", &["ab", "AB"], &["abc"]),
            (r"(?i)", &[""], &["a"]),
            (r"(?-u)\w+", &["a1_"], &["a-", "\u{e9}"]),
            (r"(?s).", &["\n", "x"], &["xx"]),
            (r"a.*?", &["a", "abc"], &["ba"]),
            (r"\d\w\s\b", &[], &["1a "]),
        ];
        for (source, accepted, denied) in table {
            for text in accepted {
                assert!(matches(source, text), "{source:?} on {text:?}");
            }
            for text in denied {
                assert!(!matches(source, text), "{source:?} on {text:?}");
            }
        }
    }

    #[test]
    fn several_regexes_tell_which_one_matches() {
        let regexes = ["a|b", "(?x)b # c", "ab"].map(|source| check_regex(source).unwrap().hir);
        let compiled = compile(regexes.iter(), 1).unwrap();
        let found: Vec<_> = compiled.matches(b"b").into_iter().collect();
        assert_eq!(found, [0, 1]);
        assert!(!compiled.is_match(b"bab"));
        assert!(!compile([].iter(), 1).unwrap().is_match(b""));
    }
}
