//! Kinds of findings: each variant with its code and its words in one place.

/// Makes an enum of kinds. Words may name the fields of their variant, which are escaped
/// before they are shown. `$wrapped` is the variant for what a configuration of this
/// crate says of the same value, with the function that words it.
macro_rules! kinds {
    (
        $(#[$attr:meta])*
        $name:ident wraps $(#[$wrapped_doc:meta])* $wrapped:ident by $word:path;
        $(
            $(#[$doc:meta])*
            $variant:ident $({ $($field:ident: $type:ty = $field_doc:literal),+ })? =
                $code:literal, $words:literal;
        )+
    ) => {
        $(#[$attr])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $name {
            $(#[$wrapped_doc])*
            $wrapped(crate::problem::ConfigErrorKind),
            $($(#[$doc])* $variant $({ $(#[doc = $field_doc] $field: $type),+ })?,)+
        }

        impl $name {
            /// A name for programs, such as `wrong-type`.
            #[must_use]
            pub fn code(&self) -> &'static str {
                match self {
                    $name::$wrapped(kind) => kind.code(),
                    $($name::$variant { .. } => $code,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    $name::$wrapped(kind) => f.write_str(&$word(kind)),
                    $($name::$variant $({ $($field),+ })? => {
                        $($(
                            let text = $field.to_string();
                            let $field = crate::text::Readable(&text);
                        )+)?
                        write!(f, $words)
                    })+
                }
            }
        }

        /// An object with `field`, `value`, `code` and `message`, and, where there is
        /// one, `suggestion`.
        impl serde::Serialize for crate::problem::Remark<$name> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.serialize_as(self.kind().code(), None, serializer)
            }
        }
    };
}

pub(super) use kinds;
