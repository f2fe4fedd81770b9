//! Whether the process lives, and what it counts.

use axum::extract::State;

use crate::state::ServerState;

/// Answers as long as the process can.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// Returns the counters in the text form that scrapers read.
pub async fn metrics(State(state): State<ServerState>) -> String {
    state.metrics.to_text()
}
