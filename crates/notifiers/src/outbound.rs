//! Requests to addresses that the user gave: where they may lead, and how long they may take.
//!
//! A name is resolved once, every address that it has is judged, and the connection goes to those and no others: a name that
//! answers differently the second time gains nothing. Private, link-local, loopback and other special addresses are refused,
//! also in their IPv6 clothes; loopback is open where the configuration opens it. Redirects are not followed, a proxy is not
//! asked, what comes back is read up to a bound.
//!
//! Source: OWASP, "Server Side Request Forgery Prevention"; the IANA special-purpose address registries.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use ports::notifier::NotifyError;
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Url};

/// A connection takes well under a second; a server that needs longer than this is not there.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// Request and reply together.
const WHOLE_WITHIN: Duration = Duration::from_secs(15);

/// Nothing in a reply is of use to us; a server that sends more than this is not read to its end.
const MOST_REPLY_BYTES: usize = 64 * 1024;

/// Ports that web servers use. Others are other services, which a request of ours might be mistaken by.
const WEB_PORTS: [u16; 4] = [80, 443, 8080, 8443];

/// Finds the addresses of a name. Exchanged in tests.
pub type Resolve = Arc<dyn Fn(&str, u16) -> std::io::Result<Vec<SocketAddr>> + Send + Sync>;

/// Returns the system's own way to find addresses.
pub fn system_resolver() -> Resolve {
    Arc::new(|host, port| std::net::ToSocketAddrs::to_socket_addrs(&(host, port)).map(Iterator::collect))
}

/// What an address may be.
#[derive(Clone)]
pub struct Allowed {
    /// Whether it may be on this machine; then on every port, and without encryption.
    pub loopback: bool,
    /// How names are resolved.
    pub resolve: Resolve,
}

/// An address whose every place was judged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Judged {
    /// The address.
    pub url: Url,
    /// Where connections go, and nowhere else.
    pub places: Vec<SocketAddr>,
}

impl Allowed {
    /// Resolves and judges an address.
    ///
    /// # Errors
    /// [`NotifyError::BadAddress`] if any of its places may not be used; [`NotifyError::NoAnswer`] if its name has none now.
    pub async fn judge(&self, address: &str) -> Result<Judged, NotifyError> {
        let url = Url::parse(address).map_err(|_| NotifyError::BadAddress)?;
        let has_user = !url.username().is_empty() || url.password().is_some();
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else { return Err(NotifyError::BadAddress) };
        if has_user || !matches!(url.scheme(), "http" | "https") {
            return Err(NotifyError::BadAddress);
        }
        let places = self.places(host, port).await?;
        let is_here = places.iter().all(|place| place.ip().is_loopback());
        // What leaves this machine is encrypted, and goes to a web server.
        if !is_here && (url.scheme() != "https" || !WEB_PORTS.contains(&port)) {
            return Err(NotifyError::BadAddress);
        }
        Ok(Judged { url, places })
    }

    /// Resolves a host and judges every address that it has.
    ///
    /// # Errors
    /// As [`Allowed::judge`].
    pub async fn places(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, NotifyError> {
        let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let resolve = self.resolve.clone();
        let places = match bare.parse::<IpAddr>() {
            Ok(address) => vec![SocketAddr::new(address, port)],
            Err(_) => {
                let found = tokio::task::spawn_blocking(move || resolve(&bare, port)).await;
                found.ok().and_then(Result::ok).ok_or(NotifyError::NoAnswer)?
            }
        };
        if places.is_empty() {
            return Err(NotifyError::NoAnswer);
        }
        let may = |place: &SocketAddr| is_public(place.ip()) || (self.loopback && place.ip().is_loopback());
        if places.iter().all(may) { Ok(places) } else { Err(NotifyError::BadAddress) }
    }
}

/// Sends one request and reads whether it was taken.
///
/// # Errors
/// [`NotifyError`], by what the other side said; a redirect is a refusal.
pub async fn post(judged: &Judged, build: impl FnOnce(RequestBuilder) -> RequestBuilder) -> Result<(), NotifyError> {
    install_tls();
    let host = judged.url.host_str().unwrap_or_default();
    let mut builder = Client::builder()
        .user_agent(concat!("puppetmaster/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_WITHIN)
        .timeout(WHOLE_WITHIN)
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .resolve_to_addrs(host, &judged.places);
    if judged.url.scheme() == "http" {
        // Plain HTTP needs no certificates, and reading the machine's may fail for lack of any.
        builder = builder.tls_certs_only([]);
    }
    let client = builder.build().map_err(|_| NotifyError::BadAddress)?;
    let mut reply = build(client.post(judged.url.clone())).send().await.map_err(|_| NotifyError::NoAnswer)?;
    let status = reply.status();
    let mut read = 0;
    while let Ok(Some(piece)) = reply.chunk().await {
        read += piece.len();
        if read > MOST_REPLY_BYTES {
            break;
        }
    }
    match status.as_u16() {
        200..=299 => Ok(()),
        408 | 425 | 429 | 500..=599 => Err(NotifyError::Busy),
        _ => Err(NotifyError::Refused),
    }
}

/// Returns whether an address is one of the open internet.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..=127).contains(&b)) // carriers' own networks
        || (a == 192 && b == 0 && c == 0) // protocol assignments
        || (a == 192 && b == 88 && c == 99) // 6to4 relays
        || (a == 198 && (b == 18 || b == 19)); // benchmarks
    !is_special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    // Addresses that carry another one inside are judged by that: mapped, NAT64, 6to4.
    if let Some(v4) = address.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    let inner = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match segments {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => is_public_v4(inner(high, low)),
        // Only this block is given out to networks (2000::/3); in it, Teredo, documentation and identifiers that are no places.
        [0x2001, second, ..] if second < 0x200 || second == 0xdb8 => false,
        [first, ..] => (0x2000..0x4000).contains(&first) && first != 0x3fff,
    }
}

/// Chooses the cryptography of TLS for the process, once. Another choice made before stays.
pub(crate) fn install_tls() {
    static INSTALLED: std::sync::Once = std::sync::Once::new();
    INSTALLED.call_once(|| {
        let already_chosen = rustls::crypto::ring::default_provider().install_default().is_err();
        tracing::debug!(already_chosen, "TLS is set up");
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(loopback: bool, answers: &'static [&'static str]) -> Allowed {
        let resolve: Resolve = Arc::new(move |_, port| Ok(answers.iter().map(|text| SocketAddr::new(text.parse().unwrap(), port)).collect()));
        Allowed { loopback, resolve }
    }

    #[tokio::test]
    async fn addresses_that_lead_inside_are_refused() {
        let hostile = [
            "http://example.org/",
            "ftp://example.org/",
            "file:///etc/passwd",
            "gopher://example.org/",
            "https://",
            "nonsense",
            "",
            "https://example.org:22/",
            "https://example.org:25/",
            "https://example.org:6379/",
            "https://user:secret@example.org/",
            "https://user@example.org/",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://127.0.0.1:8443/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://017700000001/",
            "https://127.255.255.254/",
            "https://0.0.0.0/",
            "https://0/",
            "https://10.0.0.1/",
            "https://10.255.255.255/",
            "https://172.16.0.1/",
            "https://172.31.255.1/",
            "https://192.168.0.1/",
            "https://192.168.255.255/",
            "https://169.254.169.254/latest/meta-data/",
            "https://0xa9fea9fe/",
            "https://2852039166/",
            "https://169.254.170.2/",
            "https://100.64.0.1/",
            "https://100.100.100.200/",
            "https://192.0.0.192/",
            "https://192.0.2.1/",
            "https://198.51.100.1/",
            "https://203.0.113.1/",
            "https://198.18.0.1/",
            "https://192.88.99.1/",
            "https://224.0.0.1/",
            "https://239.255.255.255/",
            "https://240.0.0.1/",
            "https://255.255.255.255/",
            "https://[::1]/",
            "https://[::]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[::ffff:a9fe:a9fe]/",
            "https://[::127.0.0.1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[64:ff9b::a9fe:a9fe]/",
            "https://[2002:7f00:1::]/",
            "https://[2002:c0a8:1::]/",
            "https://[fe80::1]/",
            "https://[fc00::1]/",
            "https://[fd12:3456::1]/",
            "https://[ff02::1]/",
            "https://[2001:db8::1]/",
            "https://[2001::1]/",
            "https://[100::1]/",
            "https://[fec0::1]/",
            "https://[3fff::1]/",
        ];
        assert!(hostile.len() >= 60);
        for address in hostile {
            let judged = allowed(false, &["93.184.215.14"]).judge(address).await;
            assert_eq!(judged, Err(NotifyError::BadAddress), "{address}");
        }
    }

    #[tokio::test]
    async fn a_name_is_judged_by_every_address_that_it_has() {
        let good = allowed(false, &["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]).judge("https://hooks.example.org/x").await.unwrap();
        assert_eq!(good.places.len(), 2);
        for answers in [&["127.0.0.1"][..], &["93.184.215.14", "10.0.0.1"], &["::ffff:169.254.169.254"], &["fd00::1"]] {
            let allowed = allowed(false, answers);
            assert_eq!(allowed.judge("https://hooks.example.org/x").await, Err(NotifyError::BadAddress), "{answers:?}");
        }
        assert_eq!(allowed(false, &[]).judge("https://hooks.example.org/x").await, Err(NotifyError::NoAnswer));
        assert_eq!(allowed(false, &["93.184.215.14"]).judge("http://hooks.example.org/x").await, Err(NotifyError::BadAddress), "in the clear");
    }

    #[tokio::test]
    async fn this_machine_is_open_only_where_it_was_opened() {
        let open = allowed(true, &["127.0.0.1"]);
        assert!(open.judge("http://127.0.0.1:9000/x").await.is_ok() && open.judge("http://localhost:9000/x").await.is_ok());
        for address in ["http://10.0.0.1/", "https://169.254.169.254/", "https://[fe80::1]/"] {
            assert_eq!(open.judge(address).await, Err(NotifyError::BadAddress), "{address}");
        }
    }

    /// A name that answers well when it is judged and badly when it is used gains nothing: it is not asked again.
    #[tokio::test]
    async fn a_name_that_changes_its_answer_is_not_asked_twice() {
        let asked = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let count = asked.clone();
        let resolve: Resolve = Arc::new(move |_, port| {
            let first = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
            Ok(vec![SocketAddr::new(if first { Ipv4Addr::LOCALHOST } else { Ipv4Addr::new(127, 0, 0, 2) }.into(), port)])
        });
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = std::thread::spawn(move || {
            use std::io::{Read, Write};
            let (mut socket, _) = listener.accept().unwrap();
            let _ = socket.read(&mut [0; 4096]).unwrap();
            socket.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").unwrap();
        });
        let judged = Allowed { loopback: true, resolve }.judge(&format!("http://rebind.example:{port}/")).await.unwrap();
        post(&judged, |request| request.body("x")).await.unwrap();
        server.join().unwrap();
        assert_eq!(asked.load(std::sync::atomic::Ordering::SeqCst), 1);
    }
}
