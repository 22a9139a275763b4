//! Regexes that match whole texts: their syntax, and the one way to compile them.
//!
//! A regex is wrapped after it was parsed, not before. Text around a text would
//! need care with comments (`(?x)… # note`), flags and parentheses (`a)|(?:b`);
//! around a parsed expression there is nothing to escape from.

use std::fmt;

use crate::error::ConfigErrorKind;
use regex::bytes::{RegexSet, RegexSetBuilder};
use regex_syntax::ast::{self, Ast, Flag, RepetitionKind};
use regex_syntax::hir::translate::TranslatorBuilder;
use regex_syntax::hir::{self, Hir, Look};

/// What one regex may take compiled, in bytes: room for a list of a thousand
/// names, and some milliseconds to compile.
const SIZE_LIMIT: usize = 1 << 20;

/// Why a text is not a regex here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RegexFault {
    /// It uses what PCRE has and the `regex` crate has not.
    PcreOnly { what: &'static str, message: String },
    /// It uses Unicode classes, which origins have no use for.
    NotAscii { message: String },
    /// It is no regex in any dialect that the parser knows.
    Syntax { message: String },
    /// It takes too much memory.
    TooBig { message: String },
}

impl From<RegexFault> for ConfigErrorKind {
    fn from(fault: RegexFault) -> Self {
        match fault {
            RegexFault::PcreOnly { what, message } => ConfigErrorKind::PcreOnly { what, message },
            fault => ConfigErrorKind::Regex {
                message: fault.to_string(),
            },
        }
    }
}

impl fmt::Display for RegexFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RegexFault::PcreOnly { what, message } => {
                write!(f, "{what} exists in PCRE, not here: {message}")
            }
            RegexFault::NotAscii { message } => {
                write!(f, "origins are ASCII, and so are their regexes: {message}")
            }
            RegexFault::Syntax { message } | RegexFault::TooBig { message } => f.write_str(message),
        }
    }
}

/// Checks a regex by itself, before it is compiled among others.
pub(crate) fn check(source: &str) -> Result<Hir, RegexFault> {
    let regex = whole(source)?;
    compile(std::slice::from_ref(&regex))?;
    Ok(regex)
}

/// The regex, parsed and made to match whole texts only.
pub(super) fn whole(source: &str) -> Result<Hir, RegexFault> {
    let expression = parse(source)?;
    Ok(Hir::concat(vec![
        Hir::look(Look::Start),
        expression,
        Hir::look(Look::End),
    ]))
}

/// One automaton for all of the regexes that [`whole`] gave. There is
/// deliberately no way to compile from text.
pub(super) fn compile(regexes: &[Hir]) -> Result<RegexSet, RegexFault> {
    let limit = SIZE_LIMIT.saturating_mul(regexes.len().max(1));
    RegexSetBuilder::new(regexes.iter().map(Hir::to_string))
        .unicode(false)
        .size_limit(limit)
        .build()
        .map_err(|_| RegexFault::TooBig {
            message: format!("compiled, it would take more than {limit} bytes"),
        })
}

/// Parses without Unicode: origins are ASCII, so that `\d` means `[0-9]` anyway.
/// It would need the Unicode tables, of which a build has what some other crate
/// happens to switch on, and no policy may depend on that.
fn parse(source: &str) -> Result<Hir, RegexFault> {
    let ast = ast::parse::Parser::new()
        .parse(source)
        .map_err(|error| parse_fault(source, error))?;
    ast::visit(&ast, Dialect { source })?;
    TranslatorBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .translate(source, &ast)
        .map_err(translate_fault)
}

fn parse_fault(source: &str, error: ast::Error) -> RegexFault {
    let at = error.span().start.offset;
    let (before, rest) = source.split_at(at);
    let what = match error.kind() {
        ast::ErrorKind::UnsupportedLookAround if rest.starts_with("(?<") => "look-behind",
        ast::ErrorKind::UnsupportedLookAround => "look-ahead",
        ast::ErrorKind::UnsupportedBackreference => "a back-reference",
        ast::ErrorKind::EscapeUnrecognized if rest.starts_with(r"\k") => "a back-reference",
        ast::ErrorKind::FlagUnrecognized if before.ends_with("(?") && rest.starts_with('>') => {
            "an atomic group"
        }
        _ => "",
    };
    let message = regex_syntax::Error::from(error).to_string();
    if what.is_empty() {
        RegexFault::Syntax { message }
    } else {
        RegexFault::PcreOnly { what, message }
    }
}

fn translate_fault(error: hir::Error) -> RegexFault {
    let not_ascii = matches!(
        error.kind(),
        hir::ErrorKind::UnicodeNotAllowed
            | hir::ErrorKind::UnicodePropertyNotFound
            | hir::ErrorKind::UnicodePropertyValueNotFound
            | hir::ErrorKind::UnicodePerlClassNotFound
            | hir::ErrorKind::UnicodeCaseUnavailable
    );
    let message = regex_syntax::Error::from(error).to_string();
    if not_ascii {
        RegexFault::NotAscii { message }
    } else {
        RegexFault::Syntax { message }
    }
}

/// Finds what parses, but means something else elsewhere.
struct Dialect<'a> {
    source: &'a str,
}

impl Dialect<'_> {
    fn quote(&self, span: &ast::Span) -> &str {
        &self.source[span.start.offset..span.end.offset]
    }

    /// `a++` parses as `(a+)+` here, and matches more than in PCRE.
    fn repetition(&self, repetition: &ast::Repetition) -> Result<(), RegexFault> {
        let possessive = matches!(*repetition.ast, Ast::Repetition(_))
            && repetition.op.kind == RepetitionKind::OneOrMore;
        if !possessive {
            return Ok(());
        }
        Err(RegexFault::PcreOnly {
            what: "a possessive quantifier",
            message: format!("`{}`", self.quote(&repetition.span)),
        })
    }

    fn flags(&self, flags: &ast::Flags) -> Result<(), RegexFault> {
        if flags.flag_state(Flag::Unicode) != Some(true) {
            return Ok(());
        }
        Err(RegexFault::NotAscii {
            message: format!("flag `{}`", self.quote(&flags.span)),
        })
    }
}

impl ast::Visitor for Dialect<'_> {
    type Output = ();
    type Err = RegexFault;

    fn finish(self) -> Result<(), RegexFault> {
        Ok(())
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), RegexFault> {
        match ast {
            Ast::Repetition(repetition) => self.repetition(repetition),
            Ast::Flags(set) => self.flags(&set.flags),
            Ast::Group(group) => group.flags().map_or(Ok(()), |flags| self.flags(flags)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn matches(source: &str, text: &str) -> bool {
        compile(&[whole(source).expect("a regex")])
            .expect("not too big")
            .is_match(text.as_bytes())
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
        let regexes = ["a|b", "(?x)b # c", "ab"].map(|source| whole(source).unwrap());
        let compiled = compile(&regexes).unwrap();
        let found: Vec<_> = compiled.matches(b"b").into_iter().collect();
        assert_eq!(found, [0, 1]);
        assert!(!compiled.is_match(b"bab"));
        assert!(!compile(&[]).unwrap().is_match(b""));
    }

    #[test]
    fn faults_are_named() {
        let table = [
            (r"a(?=b)", "look-ahead"),
            (r"a(?!b)", "look-ahead"),
            (r"(?<=a)b", "look-behind"),
            (r"(?<!a)b", "look-behind"),
            (r"(a)\1", "a back-reference"),
            (r"(?P<n>a)\k<n>", "a back-reference"),
            (r"(?>a)", "an atomic group"),
            (r"a++", "a possessive quantifier"),
            (r"a*+", "a possessive quantifier"),
            (r"a?+", "a possessive quantifier"),
            (r"(b|a{1,2}+)", "a possessive quantifier"),
        ];
        for (source, expected) in table {
            match check(source) {
                Err(RegexFault::PcreOnly { what, .. }) => assert_eq!(what, expected, "{source}"),
                other => panic!("{source}: {other:?}"),
            }
        }
        for source in ["a)|(?:b", "a\\", "(", "[a", "a{2,1}", "*", r"\Z", "(?z)"] {
            let fault = check(source);
            assert!(
                matches!(fault, Err(RegexFault::Syntax { .. })),
                "{source}: {fault:?}"
            );
        }
        for source in [
            r"\pL",
            r"\p{Greek}",
            "[\u{e0}-\u{e9}]",
            r"(?u)\d",
            r"(?i-su:\d)|(?u:a)",
        ] {
            let fault = check(source);
            assert!(
                matches!(fault, Err(RegexFault::NotAscii { .. })),
                "{source}: {fault:?}"
            );
        }
        for source in [r"(a{1000}){1000}", r"\w{60000}"] {
            let fault = check(source);
            assert!(
                matches!(fault, Err(RegexFault::TooBig { .. })),
                "{source}: {fault:?}"
            );
        }
        for source in [r"(a+)+", r"a+?", r"a??", r"(?-u)a", r"\w{1000}", "b\u{e9}"] {
            assert!(check(source).is_ok(), "{source}");
        }
    }

    #[test]
    fn messages_point_at_the_place() {
        let message = |source| check(source).unwrap_err().to_string();
        assert_eq!(
            message(r"\w{60000}"),
            "compiled, it would take more than 1048576 bytes"
        );
        assert_eq!(
            message(r"https://(?!evil).*"),
            "look-ahead exists in PCRE, not here: regex parse error:\n    \
             https://(?!evil).*\n            ^^^\n\
             error: look-around, including look-ahead and look-behind, is not supported"
        );
        assert_eq!(
            message("a)|(?:b"),
            "regex parse error:\n    a)|(?:b\n     ^\nerror: unopened group"
        );
        assert_eq!(
            message("a++"),
            "a possessive quantifier exists in PCRE, not here: `a++`"
        );
        assert_eq!(
            message(r"\pL"),
            "origins are ASCII, and so are their regexes: regex parse error:\n    \\pL\n    \
             ^^^\nerror: Unicode not allowed here"
        );
        assert_eq!(
            message("(?u)a"),
            "origins are ASCII, and so are their regexes: flag `u`"
        );
    }
}
