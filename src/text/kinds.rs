//! Tables of kinds: each variant of an enum with its code and its words.

/// Declares an enum together with its `code()` and its `Display`.
///
/// ```ignore
/// kinds! {
///     /// The fault of a name.
///     pub enum NameFault {
///         /// There is no name.
///         Empty = "empty" => "write a name",
///         /// The name is too long.
///         TooLong { limit: usize = "The most bytes that a name may have." } =
///             "too-long" => "a name has at most {limit} bytes",
///         /// The host in the name is wrong.
///         Host(fault: HostFault) = fault.code() => "{fault}",
///     }
/// }
/// ```
///
/// A field has its documentation behind it. A variant without words does not compile. Words are a format string over the fields of
/// the variant, which are made [`Readable`](crate::text::Readable) first; `{field:#}` keeps
/// line breaks. Where words need code, they are the name of a function that takes a
/// formatter and a reference to each field.
macro_rules! kinds {
    (
        $(#[$attr:meta])*
        pub enum $name:ident {
            $(
                $(#[$doc:meta])*
                $variant:ident
                $({ $($field:ident: $type:ty = $field_doc:literal),+ $(,)? })?
                $(($inner:ident: $inner_type:ty))?
                = $code:expr => $words:tt,
            )+
        }
    ) => {
        $(#[$attr])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $name {
            $(
                $(#[$doc])*
                $variant $({ $(#[doc = $field_doc] $field: $type),+ })? $(($inner_type))?,
            )+
        }

        impl $name {
            /// A name for programs, in kebab case.
            #[must_use]
            #[allow(unused_variables, reason = "few codes depend on fields")]
            pub fn code(&self) -> &'static str {
                match self {
                    $($name::$variant $({ $($field),+ })? $(($inner))? => $code,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    $($name::$variant $({ $($field),+ })? $(($inner))? => {
                        $crate::text::kinds!(@words f, $words, $($($field)+)? $($inner)?)
                    })+
                }
            }
        }
    };
    (@words $f:ident, $words:literal, $($field:ident)*) => {{
        $(
            let $field = $field.to_string();
            let $field = $crate::text::Readable(&$field);
        )*
        write!($f, $words)
    }};
    (@words $f:ident, $function:ident, $($field:ident)*) => {
        $function($f, $($field),*)
    };
}

pub(crate) use kinds;
