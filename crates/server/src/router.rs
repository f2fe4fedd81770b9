//! All routes on one page.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use engine::assistant::CarrierAddresses;
use engine::call_driver::TakeoverAddresses;

use crate::state::ServerState;
use crate::{health, media_socket, reception, relay_socket, takeover, webhooks};

/// The largest webhook body: carriers send a few kilobytes.
const BODY_AT_MOST: usize = 64 * 1024;

/// Returns the application.
///
/// | path | who | proof |
/// | --- | --- | --- |
/// | `POST /carrier/answer/{attempt}` | the carrier asks what to do | signature |
/// | `POST /carrier/fallback/{attempt}` | the carrier asks if its question, or our answer, failed | signature |
/// | `POST /carrier/status/{attempt}` | the carrier reports the leg | signature |
/// | `POST /carrier/turn/{attempt}` | the carrier asks for the next turn | signature |
/// | `POST /carrier/recording/{attempt}` | the carrier reports a recording | signature |
/// | `POST /carrier/machine/{attempt}` | the carrier reports who answered | signature |
/// | `POST /carrier/elsewhere/{attempt}` | the callee's leg, when the user takes the call or gives it back | signature |
/// | `POST /carrier/operator/{attempt}` | the user's telephone asks what to do | signature |
/// | `POST /carrier/operator-left/{attempt}` | the same, after the user left the room | signature |
/// | `POST /carrier/operator-status/{attempt}` | the carrier reports that leg | signature |
/// | `POST /carrier/guest/{attempt}` | a guest's telephone asks what to do | signature |
/// | `POST /carrier/guest-status/{attempt}` | the carrier reports that leg | signature |
/// | `POST /carrier/announcement/{attempt}` | the carrier asks what all in the room are to hear | signature |
/// | `GET /carrier/media` | the carrier's media socket | signature, then one-time token |
/// | `GET /carrier/relay` | the carrier's socket of texts | signature, then one-time token |
/// | `POST /carrier/inbound…` | the carrier has a call that came to our number | signature |
/// | `GET /sounds/waiting.wav` | the carrier plays music to who waits | – |
/// | `GET /healthz` | anybody | – |
/// | `GET /metrics` | scrapers | – |
///
/// A second carrier reaches the same paths below [`SECOND`], so that each is checked with its own secret and answered in its own
/// documents. Calls that come in are the first one's.
pub fn router(state: ServerState) -> Router {
    let second = state.second.clone().map(|callbacks| {
        let public_origin = second_origin(&state.public_origin).into();
        ServerState { callbacks, second: None, reception: None, public_origin, ..state.clone() }
    });
    let router = of_carrier().merge(reception::routes()).route("/healthz", get(health::healthz)).route("/metrics", get(health::metrics));
    let router = router.layer(DefaultBodyLimit::max(BODY_AT_MOST)).with_state(state);
    match second {
        Some(second) => router.nest(SECOND, of_carrier().layer(DefaultBodyLimit::max(BODY_AT_MOST)).with_state(second)),
        None => router,
    }
}

/// Below which path the second carrier reaches us.
pub const SECOND: &str = "/second";

/// Returns the origin under which the second carrier's addresses are made.
pub fn second_origin(origin: &str) -> String {
    format!("{origin}{SECOND}")
}

/// What any carrier asks and tells of a call that we make.
fn of_carrier() -> Router<ServerState> {
    Router::new()
        .route("/carrier/answer/{attempt}", post(webhooks::answer))
        .route("/carrier/fallback/{attempt}", post(webhooks::fallback))
        .route("/carrier/status/{attempt}", post(webhooks::status))
        .route("/carrier/turn/{attempt}", post(webhooks::turn))
        .route("/carrier/recording/{attempt}", post(webhooks::status))
        .route("/carrier/machine/{attempt}", post(webhooks::status))
        .route("/carrier/elsewhere/{attempt}", post(takeover::callee))
        .route("/carrier/operator/{attempt}", post(takeover::operator))
        .route("/carrier/operator-left/{attempt}", post(takeover::operator_left))
        .route("/carrier/operator-status/{attempt}", post(takeover::operator_status))
        .route("/carrier/guest/{attempt}", post(takeover::guest))
        .route("/carrier/guest-status/{attempt}", post(takeover::guest_status))
        .route("/carrier/announcement/{attempt}", post(takeover::announcement))
        .route("/carrier/media", get(media_socket::upgrade))
        .route("/carrier/relay", get(relay_socket::upgrade))
}

/// Returns the addresses of one attempt under an origin.
pub fn addresses(origin: &str, attempt: &telephony::AttemptId) -> CarrierAddresses {
    let socket_origin = match origin.strip_prefix("https") {
        Some(rest) => format!("wss{rest}"),
        None => format!("ws{}", origin.strip_prefix("http").unwrap_or(origin)),
    };
    CarrierAddresses {
        answer: format!("{origin}/carrier/answer/{attempt}"),
        fallback: format!("{origin}/carrier/fallback/{attempt}"),
        status: format!("{origin}/carrier/status/{attempt}"),
        media: format!("{socket_origin}/carrier/media"),
        relay: format!("{socket_origin}/carrier/relay"),
        turn: format!("{origin}/carrier/turn/{attempt}"),
        recording: format!("{origin}/carrier/recording/{attempt}"),
        machine: format!("{origin}/carrier/machine/{attempt}"),
        takeover: TakeoverAddresses {
            elsewhere: format!("{origin}/carrier/elsewhere/{attempt}"),
            operator: format!("{origin}/carrier/operator/{attempt}"),
            operator_left: format!("{origin}/carrier/operator-left/{attempt}"),
            operator_status: format!("{origin}/carrier/operator-status/{attempt}"),
            guest: format!("{origin}/carrier/guest/{attempt}"),
            guest_status: format!("{origin}/carrier/guest-status/{attempt}"),
            announcement: format!("{origin}/carrier/announcement/{attempt}"),
        },
    }
}

/// Returns where calls that come in to a number of ours ask what to do, and where their end is told.
pub fn incoming(origin: &str) -> (String, String) {
    let addresses = engine::reception::addresses::ReceptionAddresses::under(origin);
    (addresses.incoming(), addresses.status())
}
