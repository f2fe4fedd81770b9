//! What Twilio sent to us about a call and what we answered: the answer to "why did my webhook fail".

use serde_json::{Map, Value};

use super::loose::{inner, resource};

resource! {
    /// One request and its reply. `Debug` shows no address and no body.
    EventResource shows [response] {
        /// What Twilio sent.
        request: EventRequest,
        /// What we answered.
        response: EventResponse,
    }
}

resource! {
    /// What Twilio sent. `Debug` shows the method only.
    EventRequest shows [method] {
        /// `GET` or `POST`.
        method: String,
        /// Where to.
        url: String,
        /// Names (in lower case, with underscores) and values.
        parameters: Map<String, Value>,
    }
}

resource! {
    /// What we answered. `Debug` shows no body.
    EventResponse shows [response_code, request_duration] {
        /// The HTTP status.
        response_code: u32,
        /// Milliseconds.
        request_duration: u32,
        /// What kind of body.
        content_type: String,
        /// The body.
        response_body: String,
        /// RFC 2822.
        date_created: String,
    }
}

inner!(EventRequest, EventResponse);
