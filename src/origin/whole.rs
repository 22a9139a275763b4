//! Regexes that match whole texts: their syntax, and the one way to compile them.
//!
//! A regex is wrapped after it was parsed, not before. Text around a text would
//! need care with comments (`(?x)… # note`), flags and parentheses (`a)|(?:b`);
//! around a parsed expression there is nothing to escape from.

use super::fault::RegexFault;
use crate::text::Readable;
use regex::bytes::{RegexSet, RegexSetBuilder};
use regex_syntax::ast::{self, Ast, Flag, RepetitionKind};
use regex_syntax::hir::translate::TranslatorBuilder;
use regex_syntax::hir::{self, Hir, HirKind, Look};

/// Policies can come from tenants, so that every bound is fixed: none grows with
/// the number of regexes.
///
/// How long a regex may be, in bytes: origins have 327 at most. Parsing takes
/// some hundred times as much memory.
pub(crate) const MAX_SOURCE: usize = 4 << 10;

/// How deep groups may nest. Much is recursive in it.
const MAX_NESTING: u32 = 128;

/// Printed, every level of a parsed regex takes a few.
const MAX_PRINTED_NESTING: u32 = 16 * MAX_NESTING;

/// What one regex may take compiled, in bytes. `[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?`
/// takes 9 KiB, and seven hundred short names about 50.
pub(crate) const MAX_REGEX: usize = 64 << 10;

/// What all of them may take. A hundred of the usual kinds take 200 KiB.
///
/// It bounds the time as well, for what a host makes of the automaton is kept: once
/// met, a host takes about a microsecond. A new one takes tens of them with usual
/// regexes, and some milliseconds with the worst that fit, counts within counts.
pub(crate) const MAX_REGEXES: usize = 256 << 10;

/// What the automata of a policy may keep of the hosts that they met, in bytes for each
/// thread, parted by their weights. It is twice what the `regex` crate allows one.
const MAX_KEPT: usize = 4 << 20;

/// What each may keep beside its part of that. A usual regex needs a tenth of it.
const MIN_KEPT: usize = 64 << 10;

/// How many there may be. Thousands of short ones would stay within that, but
/// each is compiled by itself, too.
pub(crate) const MAX_COUNT: usize = 512;

/// A regex that matches whole texts only, and that can be compiled.
#[derive(Debug)]
pub(crate) struct Whole {
    pub(super) hir: Hir,
    /// This one alone, compiled.
    pub(super) compiled: RegexSet,
}

impl Whole {
    /// It matches this text.
    pub(crate) fn matches(&self, text: &str) -> bool {
        self.compiled.is_match(text.as_bytes())
    }

    /// What [`Regexes`](super::Regexes) are made of.
    pub(crate) fn into_hir(self) -> Hir {
        self.hir
    }
}

/// Checks a regex by itself, before it is compiled among others.
pub(crate) fn check(source: &str) -> Result<Whole, RegexFault> {
    if source.len() > MAX_SOURCE {
        return Err(RegexFault::TooLong { limit: MAX_SOURCE });
    }
    let hir = Hir::concat(vec![
        Hir::look(Look::Start),
        parse(source)?,
        Hir::look(Look::End),
    ]);
    match build(std::slice::from_ref(&hir), MAX_REGEX, MAX_KEPT / 2) {
        Ok(compiled) => Ok(Whole { hir, compiled }),
        Err(regex::Error::CompiledTooBig(_)) => Err(RegexFault::TooBig { limit: MAX_REGEX }),
        Err(error) => Err(RegexFault::Syntax {
            message: error.to_string(),
        }),
    }
}

/// Compiles checked regexes into one automaton. Its part of what is kept is its part of the
/// weight of `all`: one that has too little of it searches a thousand times slower.
pub(super) fn compile(regexes: &[Hir], all: &[Hir]) -> Result<RegexSet, RegexFault> {
    let of = |regexes: &[Hir]| regexes.iter().map(weight).fold(1, usize::saturating_add);
    let kept = MAX_KEPT / of(all).div_ceil(of(regexes)) + MIN_KEPT;
    // What could be printed and parsed alone can be so again.
    build(regexes, MAX_REGEXES, kept).map_err(|_| RegexFault::AllTooBig { limit: MAX_REGEXES })
}

/// About how many states it has.
fn weight(hir: &Hir) -> usize {
    let subs = hir.kind().subs().iter().map(weight);
    let inside = subs.fold(1, usize::saturating_add);
    match hir.kind() {
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min).max(1);
            inside.saturating_mul(times as usize)
        }
        _ => inside,
    }
}

/// There is deliberately no way to compile from text.
fn build(regexes: &[Hir], size: usize, kept: usize) -> Result<RegexSet, regex::Error> {
    RegexSetBuilder::new(regexes.iter().map(Hir::to_string))
        .unicode(false)
        .nest_limit(MAX_PRINTED_NESTING)
        .size_limit(size)
        .dfa_size_limit(kept)
        .build()
}

/// Parses without Unicode: origins are ASCII, so that `\d` means `[0-9]` anyway.
/// It would need the Unicode tables, of which a build has what some other crate
/// happens to switch on, and no policy may depend on that.
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
    let message = readable(&regex_syntax::Error::from(error).to_string());
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
    let message = readable(&regex_syntax::Error::from(error).to_string());
    if not_ascii {
        RegexFault::NotAscii { message }
    } else {
        RegexFault::Syntax { message }
    }
}

/// A message of the parser, which quotes the regex.
fn readable(message: &str) -> String {
    let lines = message.split('\n').map(|line| Readable(line).to_string());
    lines.collect::<Vec<_>>().join("\n")
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
            message: readable(&format!("`{}`", self.quote(&repetition.span))),
        })
    }

    fn flags(&self, flags: &ast::Flags) -> Result<(), RegexFault> {
        if flags.flag_state(Flag::Unicode) != Some(true) {
            return Ok(());
        }
        Err(RegexFault::NotAscii {
            message: readable(&format!("flag `{}`", self.quote(&flags.span))),
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
        let regex = check(source).expect("a regex");
        let matches = regex.compiled.is_match(text.as_bytes());
        let among = compile(
            std::slice::from_ref(&regex.hir),
            std::slice::from_ref(&regex.hir),
        )
        .expect("not too big");
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
        let regexes = ["a|b", "(?x)b # c", "ab"].map(|source| check(source).unwrap().hir);
        let compiled = compile(&regexes, &regexes).unwrap();
        let found: Vec<_> = compiled.matches(b"b").into_iter().collect();
        assert_eq!(found, [0, 1]);
        assert!(!compiled.is_match(b"bab"));
        assert!(!compile(&[], &[]).unwrap().is_match(b""));
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
        for source in [r"(a+)+", r"a+?", r"a??", r"(?-u)a", r"\w{300}", "b\u{e9}"] {
            assert!(check(source).is_ok(), "{source}");
        }
    }

    #[test]
    fn messages_point_at_the_place() {
        let message = |source| check(source).unwrap_err().to_string();
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

    #[test]
    fn bounds_are_fixed() {
        let long = |len| check(&"a".repeat(len)).err();
        assert_eq!(
            long(MAX_SOURCE),
            Some(RegexFault::TooBig { limit: MAX_REGEX })
        );
        assert_eq!(
            long(MAX_SOURCE + 1),
            Some(RegexFault::TooLong { limit: MAX_SOURCE })
        );
        // Parsed, this would take a gigabyte.
        assert_eq!(
            long(5_000_000),
            Some(RegexFault::TooLong { limit: MAX_SOURCE })
        );
        let hostile = |end| {
            let host = r"(https?://)?(([a-z0-9]{1,30}[._-]?){1,10})";
            check(&format!(r"{host}e{end}\.(com|org)(:\d+)?")).map(|regex| regex.hir)
        };
        let some: Vec<_> = (0..10).map(|end| hostile(end).unwrap()).collect();
        assert!(matches!(
            compile(&some, &some),
            Err(RegexFault::AllTooBig { .. })
        ));
        let wider = r"https://(([a-z0-9]{1,30}[._-]?){1,60})e\.com";
        assert!(matches!(check(wider), Err(RegexFault::TooBig { .. })));
    }

    #[test]
    fn a_hundred_usual_regexes_are_not_too_many() {
        let usual = [
            r"https://([a-z0-9-]+\.)*example{}\.com(:\d+)?",
            r"https://pr-\d+\.preview\.example{}\.com",
            r"^https?://(www\.)?example{}\.(com|org|net)$",
            r"https://[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.example{}\.com(:\d{1,5})?",
            r"https://(app|admin|www|api)\.example{}\.co\.uk",
            r"https://(.*\.)?example{}\.com",
            r"https?://localhost{}(:[0-9]+)?",
            r"https://deploy-preview-\d+--site{}\.example\.com",
            r"https://[^.]+\.tenant{}\.example\.com",
            r"https://\w+\.example{}\.io",
        ];
        let regexes: Vec<_> = (0..100)
            .map(|at| usual[at % usual.len()].replace("{}", &at.to_string()))
            .map(|source| check(&source).unwrap().hir)
            .collect();
        assert!(compile(&regexes, &regexes).is_ok());
    }

    #[test]
    fn nesting_has_its_own_fault() {
        let nested = |depth| format!("{}a{}", "(b".repeat(depth), ")".repeat(depth));
        assert!(check(&nested(60)).is_ok());
        assert!(check(&format!("{}a{}", "(?:b|".repeat(30), ")*".repeat(30))).is_ok());
        let Err(RegexFault::Syntax { message }) = check(&nested(130)) else {
            panic!("too deep");
        };
        assert!(message.contains("nest"), "{message}");
    }

    #[test]
    fn messages_command_no_terminal() {
        let Err(RegexFault::Syntax { message }) = check("\u{1b}[31m\u{202e}\t(\u{7f}\n(a") else {
            panic!("no regex");
        };
        let is_plain = |c: char| c == '\n' || !(c.is_control() || c == '\u{202e}');
        assert!(message.chars().all(is_plain), "{message:?}");
        assert_eq!(
            check("a\u{1b}\u{202e}(").unwrap_err(),
            RegexFault::Syntax {
                message:
                    "regex parse error:\n    a\u{241b}\u{fffd}(\n       ^\nerror: unclosed group"
                        .to_owned()
            }
        );
    }
}
