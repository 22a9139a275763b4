//! Why a policy denies a request, in words.

use std::fmt;

use crate::verdict::DenyReason;

impl fmt::Display for DenyReason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DenyReason::SeveralOrigins => {
                "there are several `Origin` headers; a proxy or a client adds one, browsers send one"
            }
            DenyReason::OriginMalformed => "this is not how browsers send an origin",
            DenyReason::OriginNotAllowed => "no entry of allow_origins matches",
            DenyReason::MethodMalformed => {
                "`Access-Control-Request-Method` is not one method"
            }
            DenyReason::MethodForbidden => "scripts cannot send this method",
            DenyReason::MethodNotAllowed => "allow_methods does not list the method",
            DenyReason::HeadersMalformed => {
                "`Access-Control-Request-Headers` is not a list of names"
            }
            DenyReason::HeadersTooLong => {
                "`Access-Control-Request-Headers` is longer than any list that could be allowed"
            }
            DenyReason::HeaderForbidden(name) => {
                return write!(f, "scripts cannot set the header `{name}`");
            }
            DenyReason::HeaderNotAllowed(name) => {
                return write!(f, "allow_headers does not cover `{name}`");
            }
            DenyReason::PrivateNetworkNotAllowed => "allow_private_network is not set",
        })
    }
}
