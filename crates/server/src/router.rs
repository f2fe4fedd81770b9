//! All routes on one page.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::routing::{MethodRouter, get, post};
use engine::assistant::CarrierAddresses;
use engine::call_driver::TakeoverAddresses;

use crate::state::ServerState;
use crate::{health, media_socket, reception, relay_socket, takeover, webhooks};

#[cfg(test)]
mod tests;

/// The largest webhook body: carriers send a few kilobytes.
const BODY_AT_MOST: usize = 64 * 1024;

/// What whoever asks must prove before anything else of the request is looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Proof {
    /// The carrier's signature.
    Signature,
    /// The carrier's signature at the handshake, then the one-time token of a live call in the first messages.
    SignatureThenToken,
    /// Nothing: it says nothing about anybody.
    Nothing,
}

/// One thing that can be asked of us.
#[derive(Clone, Debug)]
pub struct Route {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path; what stands in braces is any one segment.
    pub path: String,
    /// What must be proved.
    pub proof: Proof,
    handler: MethodRouter<ServerState>,
}

impl Route {
    /// A carrier's question or news.
    pub(crate) fn webhook<H, T>(path: impl Into<String>, handler: H) -> Self
    where
        H: Handler<T, ServerState>,
        T: 'static,
    {
        Self { method: "POST", path: path.into(), proof: Proof::Signature, handler: post(handler) }
    }

    /// A carrier's socket.
    fn socket<H, T>(path: impl Into<String>, handler: H) -> Self
    where
        H: Handler<T, ServerState>,
        T: 'static,
    {
        Self { method: "GET", path: path.into(), proof: Proof::SignatureThenToken, handler: get(handler) }
    }

    /// What anybody may fetch.
    pub(crate) fn open<H, T>(path: impl Into<String>, handler: H) -> Self
    where
        H: Handler<T, ServerState>,
        T: 'static,
    {
        Self { method: "GET", path: path.into(), proof: Proof::Nothing, handler: get(handler) }
    }
}

/// Returns everything that can be asked of us: no route is served that does not stand in this list with its proof.
///
/// A second carrier reaches [`of_carrier`] below [`SECOND`] as well, so that each is checked with its own secret and answered in its own
/// documents. Calls that come in are the first one's.
pub fn routes() -> Vec<Route> {
    let own = [Route::open("/healthz", health::healthz), Route::open("/metrics", health::metrics)];
    of_carrier().into_iter().chain(reception::routes()).chain(own).collect()
}

/// Returns the application.
pub fn router(state: ServerState) -> Router {
    let second = state.second.clone().map(|callbacks| {
        let public_origin = second_origin(&state.public_origin).into();
        ServerState { callbacks, second: None, reception: None, public_origin, ..state.clone() }
    });
    let router = served(routes(), state);
    match second {
        Some(second) => router.nest(SECOND, served(of_carrier(), second)),
        None => router,
    }
}

fn served(routes: Vec<Route>, state: ServerState) -> Router {
    let router = routes.into_iter().fold(Router::new(), |router, route| router.route(&route.path, route.handler));
    router.layer(DefaultBodyLimit::max(BODY_AT_MOST)).with_state(state)
}

/// Below which path the second carrier reaches us.
pub const SECOND: &str = "/second";

/// Returns the origin under which the second carrier's addresses are made.
pub fn second_origin(origin: &str) -> String {
    format!("{origin}{SECOND}")
}

/// Returns what any carrier asks and tells of a call that we make.
pub fn of_carrier() -> Vec<Route> {
    vec![
        // What to do with the answered call; and again, if that question or our answer failed.
        Route::webhook("/carrier/answer/{attempt}", webhooks::answer),
        Route::webhook("/carrier/fallback/{attempt}", webhooks::fallback),
        // The next turn of a conversation without a socket.
        Route::webhook("/carrier/turn/{attempt}", webhooks::turn),
        // News: the leg, a recording, who answered.
        Route::webhook("/carrier/status/{attempt}", webhooks::status),
        Route::webhook("/carrier/recording/{attempt}", webhooks::status),
        Route::webhook("/carrier/machine/{attempt}", webhooks::status),
        // The callee's leg, when the user takes the call or gives it back; the user's telephone; a guest's; what all are to hear.
        Route::webhook("/carrier/elsewhere/{attempt}", takeover::callee),
        Route::webhook("/carrier/operator/{attempt}", takeover::operator),
        Route::webhook("/carrier/operator-left/{attempt}", takeover::operator_left),
        Route::webhook("/carrier/operator-status/{attempt}", takeover::operator_status),
        Route::webhook("/carrier/guest/{attempt}", takeover::guest),
        Route::webhook("/carrier/guest-status/{attempt}", takeover::guest_status),
        Route::webhook("/carrier/announcement/{attempt}", takeover::announcement),
        // Audio and texts.
        Route::socket("/carrier/media", media_socket::upgrade),
        Route::socket("/carrier/relay", relay_socket::upgrade),
    ]
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
