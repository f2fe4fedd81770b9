//! Twilio's hosts: most of the API lives on one, prices, permissions and the log on others; regions have their own.

/// The host of the API proper.
pub const API_ORIGIN: &str = "https://api.twilio.com";

/// A part of Twilio with a host of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Product {
    /// Calls and all that belongs to them.
    Api,
    /// Prices.
    Pricing,
    /// Permissions.
    Voice,
    /// The log.
    Monitor,
}

impl Product {
    /// Returns the first label of the host.
    const fn label(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Pricing => "pricing",
            Self::Voice => "voice",
            Self::Monitor => "monitor",
        }
    }

    /// Returns the origin of the product beside this one of the API: `https://pricing.twilio.com` beside
    /// `https://api.twilio.com`, of the same region. Whoever stands in for Twilio has all products at one origin.
    pub fn beside(self, api_origin: &str) -> String {
        let host = api_origin.strip_prefix("https://api.").filter(|rest| *rest == "twilio.com" || rest.ends_with(".twilio.com"));
        host.map_or_else(|| api_origin.to_owned(), |rest| format!("https://{}.{rest}", self.label()))
    }
}

/// Returns the origin of the API in a region, reached through an edge.
///
/// With an edge alone the region is `us1`. A wrong pair answers every request with 401. `None` for what cannot be part of a
/// host.
pub fn regional_origin(edge: Option<&str>, region: Option<&str>) -> Option<String> {
    let is_label = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !edge.into_iter().chain(region).all(is_label) {
        return None;
    }
    Some(match (edge, region) {
        (None, None) => API_ORIGIN.to_owned(),
        (None, Some(region)) => format!("https://api.{region}.twilio.com"),
        (Some(edge), region) => format!("https://api.{edge}.{}.twilio.com", region.unwrap_or("us1")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_stand_beside_the_api() {
        assert_eq!(Product::Pricing.beside(API_ORIGIN), "https://pricing.twilio.com");
        assert_eq!(Product::Voice.beside("https://api.dublin.ie1.twilio.com"), "https://voice.dublin.ie1.twilio.com");
        assert_eq!(Product::Monitor.beside("http://127.0.0.1:8080"), "http://127.0.0.1:8080");
        assert_eq!(Product::Monitor.beside("https://api.eviltwilio.com"), "https://api.eviltwilio.com");
    }

    #[test]
    fn a_region_has_its_own_host() {
        let origin = |edge, region| regional_origin(edge, region).unwrap();
        assert_eq!(origin(None, None), "https://api.twilio.com");
        assert_eq!(origin(None, Some("ie1")), "https://api.ie1.twilio.com");
        assert_eq!(origin(Some("dublin"), None), "https://api.dublin.us1.twilio.com");
        assert_eq!(origin(Some("sydney"), Some("au1")), "https://api.sydney.au1.twilio.com");
        assert_eq!(regional_origin(Some("evil.example/"), None), None);
    }
}
