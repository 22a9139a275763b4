//! Public suffixes: under which names anyone can register a name.

use std::collections::HashMap;

#[cfg(not(feature = "public-suffix-list"))]
use by_last_label as list;
#[cfg(feature = "public-suffix-list")]
use by_list as list;

/// The registrable domain of a host: its public suffix and one label more.
///
/// `None` if the host is itself a public suffix. Single labels that the list does
/// not know are public suffixes too, by its default rule `*`. IP addresses have no
/// registrable domain; do not ask for one. A dot at the end is not part of the answer.
pub(crate) fn registrable(host: &str) -> Option<&str> {
    list::registrable(host.strip_suffix('.').unwrap_or(host))
}

/// Whether anyone may be able to register names directly under the host.
pub(crate) fn is_public_suffix(host: &str) -> bool {
    registrable(host).is_none()
}

/// Whether all names directly under the host are public suffixes, although it is
/// none itself: `code.run`, for the list has `*.code.run`. So is none of them its
/// owner's.
pub(crate) fn is_above_suffixes(host: &str) -> bool {
    !is_public_suffix(host) && is_public_suffix(&format!("evil.{host}"))
}

/// Whether a registry of top-level names hands out the names under the host:
/// `com` and `co.uk`, not `github.io`, and no name that the list does not know.
#[cfg(feature = "regex")]
pub(crate) fn is_registry(host: &str) -> bool {
    list::is_registry(host)
}

/// Whether a host of http or https is an IP address.
#[cfg(feature = "regex")]
pub(crate) fn is_address(host: &str) -> bool {
    host.starts_with('[') || super::is_numeric_host(host)
}

/// The names that browsers resolve to this machine themselves, not by DNS.
pub(crate) fn is_localhost(host: &str) -> bool {
    let name = host.strip_suffix('.').unwrap_or(host);
    name.rsplit('.').next() == Some("localhost")
}

/// Whether browsers take the host for this very machine
/// ([Secure Contexts](https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy)).
pub(crate) fn is_loopback(host: &str) -> bool {
    let ipv4 = host.parse::<std::net::Ipv4Addr>();
    is_localhost(host) || host == "[::1]" || ipv4.is_ok_and(|address| address.is_loopback())
}

/// Public suffixes below domains: `s3.amazonaws.com` below `amazonaws.com`, which
/// itself is nobody's to register.
///
/// The list cannot be asked for them, only whether a name is one. So this asks for
/// the names that are usual, once for each registrable domain, and what it gives
/// is right, but not complete.
#[derive(Debug, Default)]
pub(crate) struct Below(HashMap<Box<str>, Vec<String>>);

impl Below {
    /// The public suffixes below a host, which need not be a registrable domain.
    pub(crate) fn of(&mut self, host: &str) -> Vec<String> {
        let Some(domain) = registrable(host) else {
            return Vec::new();
        };
        if !self.0.contains_key(domain) {
            self.0.insert(domain.into(), list::below(domain));
        }
        let all = &self.0[domain];
        let host = host.strip_suffix('.').unwrap_or(host);
        if all.is_empty() || host == domain {
            return all.clone();
        }
        let is_below = |suffix: &&String| {
            let labels = suffix.strip_suffix(host);
            labels.is_some_and(|labels| labels.ends_with('.'))
        };
        let mut found: Vec<_> = all.iter().filter(is_below).cloned().collect();
        // `s3` is below regions, too, of which not all are in the names.
        for suffix in list::below(host) {
            if !found.contains(&suffix) {
                found.push(suffix);
            }
        }
        found
    }
}

#[cfg(feature = "public-suffix-list")]
mod by_list {
    use psl2::lookup;

    /// What public suffixes below registrable domains begin with, in the list of
    /// October 2026; `a` stands where the list has `*`. Of what differs by a cloud's
    /// region only, the large regions.
    const BELOW: &str = "
        s3 up blob.core a.prod a.ssl alp1.ae ap-northeast-1 ap-southeast-1 ap-southeast-2
        app app.os app.os.stg appengine apps at atl auth.cognito-idp.eusc-de-east-1.on
        auth.eu-west-1 auth.us-east-1 aws aws-gov b.ssl bo c ca caracal cdn cdn.prod ch
        client cloud cockpit.fr-par cockpit.nl-ams cockpit.pl-waw cust cust.dev cust.disrec
        cust.prod cust.testing custom customer d6 ddl.fr-par ddl.nl-ams ddl.pl-waw de
        de.object demo dev devices direct dtwh.fr-par dtwh.nl-ams dtwh.pl-waw dyn dyndns
        elastic ent es-1 eu eu-1 eu-2 eu-3 eu-4 eu-central-1 eu-west-1 eu-west-2
        execute-api.ap-northeast-1 execute-api.ap-southeast-1 execute-api.ap-southeast-2
        execute-api.eu-central-1 execute-api.eu-west-1 execute-api.eu-west-2
        execute-api.us-east-1 execute-api.us-east-2 execute-api.us-west-1
        execute-api.us-west-2 ezproxy fentiger fi file.core flt.cloud fnc.fr-par forgot
        fr-1.paas fr-par-1.baremetal fr-par-2.baremetal freetls functions.fnc.fr-par gcp
        git-pages global.prod global.ssl hb heroy id ifr.fr-par ifr.nl-ams ifr.pl-waw
        instance instances io ip ipfs it1 it1.eur.aruba j jc jcloud jcloud-ver-jpc jed
        jelastic jls-sto1 jls-sto2 jls-sto3 jp.jp4.object jp.jp4.object.private
        jp.jp5.object jp.jp5.object.private jp.object jp.object.private k8s k8s.fr-par
        k8s.nl-ams k8s.pl-waw kafk.fr-par kafk.nl-ams kafk.pl-waw kr kr-naver kr-naver-dev
        kr-naver-dev.website kr-naver.website kr-private kr.object kr.object.private
        kr.objectstorage kr.website krs.object krs.object.private lb.ru-msk lb.ru-spb
        lon-1.paas lon-2.paas lpg lynx map mel members mgdb.fr-par mgdb.nl-ams mgdb.pl-waw
        mrap.accesspoint.s3-global my nes njs nl-ams-1.baremetal nodes.k8s.fr-par
        nodes.k8s.nl-ams nodes.k8s.pl-waw nordeste-idc notebook.cn-north-1
        notebook.us-east-1 ny-1.paas ny-2.paas o365.cloud objects.lpg objects.rma ocelot
        oncilla onza os p paas pages pages-research.it pages.it phx preview priv.instances
        pro pub.instances r rag-cloud rag-cloud-ch rdb.fr-par rdb.nl-ams rdb.pl-waw relay
        reservd.dev reservd.disrec reservd.testing ric rma rs rsc runs ryd s3-1
        s3-external-1 s3-website-ap-northeast-1 s3-website-ap-southeast-1
        s3-website-ap-southeast-2 s3-website-eu-central-1 s3-website-eu-west-1
        s3-website-eu-west-2 s3-website-jp.object s3-website-us-east-1 s3-website-us-east-2
        s3-website-us-west-1 s3-website-us-west-2 s3-website.ap-northeast-1
        s3-website.ap-southeast-1 s3-website.ap-southeast-2 s3-website.de.object
        s3-website.eu-central-1 s3-website.eu-west-1 s3-website.eu-west-2 s3-website.fr-par
        s3-website.kr.object s3-website.krs.object s3-website.nl-ams s3-website.pl-waw
        s3-website.sg.object s3-website.us-east-1 s3-website.us-east-2 s3-website.us-west-1
        s3-website.us-west-2 s3-website.us.object s3.ap-northeast-1 s3.ap-southeast-1
        s3.ap-southeast-2 s3.eu-central-1 s3.eu-west-1 s3.eu-west-2 s3.fr-par s3.isk01
        s3.isk02 s3.nl-ams s3.pl-waw s3.ru-msk s3.ru-spb s3.us-east-1 s3.us-east-2
        s3.us-west-1 s3.us-west-2 sande scalebook scbl.fr-par scbl.nl-ams scbl.pl-waw sekd1
        seprox servicebus sg-1.paas sg.object sg.object.private sg.objectstorage shop site
        smartlabeling sn soc sphinx ssl.origin stage static studio.us-east-1 t3
        transfer-webapp.cn-north-1.on transfer-webapp.us-east-1 ui uk us us-1 us-2 us-3 us-4
        us-east-1 us-east-2 us-west-1 us-west-2 us.object user usr.cloud valer vip vps vs
        web.core website website.ru-msk website.ru-spb whm.fr-par whm.nl-ams wien x xen yali
        a a.001.test.code-builder-stg.platform a.aa a.ab a.ac a.ad a.ae a.af
        a.airflow.us-east-1 a.ap-northeast-1 a.ap-southeast-1 a.ap-southeast-2 a.at a.azure
        a.builder a.ci a.cloud a.clusters a.compute a.compute-1 a.d a.dev-builder a.elb
        a.eu-central-1 a.eu-west-1 a.eu-west-2 a.ex a.experiments a.hosting a.in a.kunden
        a.mtls a.nodebalancer a.oci a.ocp a.ocs a.pa a.pb a.pc a.pd a.pe a.pf a.private
        a.privatelink a.r a.services a.srvrless a.stg-builder a.svc a.teams a.us-east-1
        a.us-east-2 a.us-west-2 a.user a.w a.wa a.wb a.wc a.wd a.we a.webpaas a.wf";

    pub(super) fn registrable(host: &str) -> Option<&str> {
        lookup(host)?.registrable_domain()
    }

    #[cfg(feature = "regex")]
    pub(super) fn is_registry(host: &str) -> bool {
        lookup(host).is_some_and(|domain| domain.is_public_suffix() && domain.is_icann())
    }

    /// The public suffixes below a host that the list has, as far as they are usual.
    pub(super) fn below(host: &str) -> Vec<String> {
        let names = BELOW.split_ascii_whitespace();
        let names = names.map(|prefix| format!("{prefix}.{host}"));
        names.filter(|name| is_listed(name)).collect()
    }

    fn is_listed(host: &str) -> bool {
        lookup(host).is_some_and(|domain| domain.is_public_suffix() && domain.is_known())
    }
}

/// Without the list, every last label is taken for a public suffix, and nothing
/// else is: `co.uk` counts as a domain that someone registered.
#[cfg(not(feature = "public-suffix-list"))]
mod by_last_label {
    pub(super) fn registrable(host: &str) -> Option<&str> {
        let dot = host.rfind('.')?;
        let start = host[..dot].rfind('.').map_or(0, |dot| dot + 1);
        Some(&host[start..])
    }

    #[cfg(feature = "regex")]
    pub(super) fn is_registry(host: &str) -> bool {
        !host.contains('.') && host != "localhost"
    }

    pub(super) fn below(_: &str) -> Vec<String> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(feature = "public-suffix-list")]
    fn by_the_list() {
        let table = [
            ("com", None),
            ("example.com", Some("example.com")),
            ("a.b.example.com", Some("example.com")),
            ("example.com.", Some("example.com")),
            ("co.uk", None),
            ("a.example.co.uk", Some("example.co.uk")),
            ("github.io", None),
            ("a.me.github.io", Some("me.github.io")),
            ("a.my-app.vercel.app", Some("my-app.vercel.app")),
            ("amazonaws.com", Some("amazonaws.com")),
            ("s3.amazonaws.com", None),
            ("a.b.s3.amazonaws.com", Some("b.s3.amazonaws.com")),
            ("ck", None),
            ("a.ck", None),
            ("b.a.ck", Some("b.a.ck")),
            ("a.www.ck", Some("www.ck")),
            ("localhost", None),
            ("a.localhost", Some("a.localhost")),
            ("c.b.a.unknown-tld", Some("a.unknown-tld")),
        ];
        for (host, expected) in table {
            assert_eq!(registrable(host), expected, "{host}");
            assert_eq!(is_public_suffix(host), expected.is_none(), "{host}");
        }
    }

    #[test]
    #[cfg(feature = "public-suffix-list")]
    fn above_suffixes() {
        for host in ["code.run", "code.run.", "kobe.jp", "compute.amazonaws.com"] {
            assert!(is_above_suffixes(host), "{host}");
        }
        for host in [
            "ck",
            "github.io",
            "amazonaws.com",
            "a.code.run",
            "city.kobe.jp",
            "localhost",
        ] {
            assert!(!is_above_suffixes(host), "{host}");
        }
    }

    #[test]
    #[cfg(not(feature = "public-suffix-list"))]
    fn by_the_last_label() {
        let table = [
            ("com", None),
            ("example.com", Some("example.com")),
            ("a.b.example.com.", Some("example.com")),
            ("co.uk", Some("co.uk")),
            ("localhost", None),
        ];
        for (host, expected) in table {
            assert_eq!(registrable(host), expected, "{host}");
        }
        assert_eq!(Below::default().of("amazonaws.com"), [""; 0]);
    }

    #[test]
    fn loopback() {
        for host in [
            "localhost",
            "localhost.",
            "a.localhost",
            "a.localhost.",
            "127.0.0.1",
            "127.9.9.9",
            "[::1]",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "alocalhost",
            "localhost.com",
            "128.0.0.1",
            "[::2]",
            "127.0.0.1.com",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[cfg(feature = "regex")]
    #[test]
    fn registries() {
        assert!(is_registry("com"));
        assert!(!is_registry("example.com"));
        assert!(!is_registry("localhost"));
        #[cfg(feature = "public-suffix-list")]
        {
            assert!(is_registry("co.uk"));
            assert!(!is_registry("github.io"));
            assert!(!is_registry("unknown-tld"));
        }
    }

    #[test]
    #[cfg(feature = "public-suffix-list")]
    fn suffixes_below_a_domain_are_found() {
        let mut known = Below::default();
        let mut below = |domain| known.of(domain);
        assert_eq!(below("example.com"), [""; 0]);
        assert_eq!(below("railway.app"), ["up.railway.app"]);
        assert!(below("linodeobjects.com").contains(&"a.linodeobjects.com".to_owned()));
        assert!(below("windows.net").contains(&"blob.core.windows.net".to_owned()));
        assert!(below("amazonaws.com").contains(&"s3.amazonaws.com".to_owned()));
        assert!(below("core.windows.net").contains(&"blob.core.windows.net".to_owned()));
        assert!(!below("core.windows.net").contains(&"servicebus.windows.net".to_owned()));
        let south = "s3.af-south-1.amazonaws.com".to_owned();
        assert!(below("af-south-1.amazonaws.com").contains(&south));
        assert_eq!(below("shop.example.com"), [""; 0]);
        assert_eq!(below("com"), [""; 0]);
    }
}
