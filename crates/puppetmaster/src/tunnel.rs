//! Tunnels to this machine that are known by name: whether one runs here, and its public address.
//!
//! Both tell it on loopback. ngrok lists its tunnels at `/api/tunnels` of port 4040 (its documentation of the agent's API);
//! cloudflared tells the host name of a quick tunnel at `/quicktunnel` of its metrics address, which is the first free port
//! of 20241 to 20245 unless it was told another (its documentation of metrics). A tunnel that does not run is no error.

use std::time::Duration;

use carriers::probe;
use serde_json::Value;

/// Loopback answers at once or not at all.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where cloudflared's metrics are unless it was told another address.
const CLOUDFLARED_PORTS: std::ops::RangeInclusive<u16> = 20_241..=20_245;

/// A tunnel that runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tunnel {
    /// `ngrok`, `cloudflared`.
    pub name: &'static str,
    /// `https://…`, without a slash at the end.
    pub public_url: String,
    /// The port of this machine that it leads to, if it says so.
    pub port: Option<u16>,
}

/// Returns ngrok's tunnel to this port; if it has none, any other one of its tunnels.
pub async fn ngrok(api: &str, port: u16) -> Option<Tunnel> {
    let answer = probe::ask(&format!("{}/api/tunnels", api.trim_end_matches('/')), &[], None, PATIENCE).await.ok()?;
    of_ngrok(&answer.body, port)
}

/// Returns cloudflared's quick tunnel. A tunnel with a name of its own tells no address; its owner knows it.
pub async fn cloudflared(metrics: Option<&str>) -> Option<Tunnel> {
    let usual = || CLOUDFLARED_PORTS.map(|port| format!("http://127.0.0.1:{port}")).collect();
    for place in metrics.map_or_else(usual, |place| vec![place.trim_end_matches('/').to_owned()]) {
        if let Ok(answer) = probe::ask(&format!("{place}/quicktunnel"), &[], None, PATIENCE).await
            && let Some(tunnel) = of_cloudflared(&answer.body)
        {
            return Some(tunnel);
        }
    }
    None
}

fn of_ngrok(body: &str, port: u16) -> Option<Tunnel> {
    let reply: Value = serde_json::from_str(body).ok()?;
    let tunnels: Vec<Tunnel> = reply["tunnels"]
        .as_array()?
        .iter()
        .filter_map(|tunnel| {
            let public_url = tunnel["public_url"].as_str().filter(|url| url.starts_with("https://"))?;
            let leads_to = tunnel["config"]["addr"].as_str().and_then(port_of);
            Some(Tunnel { name: "ngrok", public_url: public_url.trim_end_matches('/').to_owned(), port: leads_to })
        })
        .collect();
    tunnels.iter().find(|tunnel| tunnel.port == Some(port)).or(tunnels.first()).cloned()
}

fn of_cloudflared(body: &str) -> Option<Tunnel> {
    let reply: Value = serde_json::from_str(body).ok()?;
    let is_host = |host: &&str| !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-');
    let host = reply["hostname"].as_str().filter(is_host)?;
    Some(Tunnel { name: "cloudflared", public_url: format!("https://{host}"), port: None })
}

/// `http://localhost:8080`, `localhost:8080`, `8080`.
fn port_of(address: &str) -> Option<u16> {
    address.trim_end_matches('/').rsplit(':').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ngrok_s_tunnel_to_our_port_is_taken_before_others() {
        let body = r#"{"tunnels":[
            {"name":"a","public_url":"https://other.ngrok-free.app","proto":"https","config":{"addr":"http://localhost:3000"}},
            {"name":"b","public_url":"tcp://0.tcp.ngrok.io:1","proto":"tcp","config":{"addr":"localhost:8080"}},
            {"name":"c","public_url":"https://ours.ngrok-free.app","proto":"https","config":{"addr":"http://localhost:8080"}}]}"#;
        assert_eq!(of_ngrok(body, 8080).unwrap().public_url, "https://ours.ngrok-free.app");
        let other = of_ngrok(body, 9).unwrap();
        assert_eq!((other.public_url.as_str(), other.port), ("https://other.ngrok-free.app", Some(3000)));
        for none in ["", "{}", r#"{"tunnels":[]}"#, r#"{"tunnels":[{"public_url":"tcp://x"}]}"#] {
            assert_eq!(of_ngrok(none, 8080), None, "{none}");
        }
    }

    #[test]
    fn cloudflared_tells_a_host_name() {
        assert_eq!(of_cloudflared(r#"{"hostname":"a-b-c.trycloudflare.com"}"#).unwrap().public_url, "https://a-b-c.trycloudflare.com");
        for none in ["", r#"{"hostname":""}"#, r#"{"hostname":"evil/path"}"#, "404 page not found"] {
            assert_eq!(of_cloudflared(none), None, "{none}");
        }
    }
}
