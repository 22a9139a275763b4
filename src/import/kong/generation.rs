//! The generations of Kong.

use crate::import::document::Value;
use crate::import::node::Dialect;

/// The generation of Kong that a configuration is for, which decides its meaning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Generation {
    /// 0.x: a string may be a list with commas, `origin` may stand in place of `origins`,
    /// entries are searched for anywhere in the origin, and `methods` does not have
    /// `OPTIONS` by default.
    V0,
    /// 1.x and 2.x: like 3.x, but `*` beside other origins does nothing.
    V1,
    /// 3.x. The effect of `*` beside other origins depends on the version: any origin since
    /// 3.8, and nothing before. Here it is nothing.
    #[default]
    V3,
}

impl Generation {
    /// The generation of a declarative file.
    pub(super) fn of_file(file: &Value) -> Self {
        let version = match file.get("_format_version") {
            Some(Value::String(version)) => version.clone(),
            Some(Value::Number(version)) => version.to_string(),
            _ if file.get("apis").is_some() => return Generation::V0,
            _ => return Generation::V3,
        };
        match version.split('.').next() {
            Some("0") => Generation::V0,
            Some("1" | "2") => Generation::V1,
            _ => Generation::V3,
        }
    }

    pub(super) fn dialect(self, form: bool) -> Dialect {
        let commas = self == Generation::V0;
        Dialect::Kong {
            form: form || commas,
            commas,
        }
    }
}
