//! Applications: where the calls and texts of a number are sent.

use super::address::WebUrl;
use super::body::{any_text, flag, method, needed, needed_url, parameters, query_of, text, url, url_or_that_of};
use super::id::ResourceId;
use super::loose::resource;
use super::route::Asked;
use super::{AuthId, Outgoing, Paging, RestError};
use crate::http::Method;

/// What can be asked of applications.
#[derive(Clone, PartialEq, Debug)]
pub enum ApplicationRequest {
    /// Make one. Answer 201 with [`ApplicationCreated`].
    Create(Box<CreateApplication>),
    /// List them. Answer a page of [`ApplicationResource`].
    List {
        /// Which.
        filter: ApplicationFilter,
        /// Which page.
        paging: Paging,
    },
    /// Show one. Answer [`ApplicationResource`].
    Fetch {
        /// Which.
        application: ResourceId,
    },
    /// Change one. Answer 202 `changed`.
    Update {
        /// Which.
        application: ResourceId,
        /// What.
        update: Box<UpdateApplication>,
    },
    /// Delete one. Answer 204.
    Delete {
        /// Which.
        application: ResourceId,
    },
}

impl ApplicationRequest {
    pub(super) fn parse(asked: &Asked, parts: &[&str]) -> Result<Self, RestError> {
        Ok(match (asked.method, parts) {
            (Method::Post, []) => Self::Create(Box::new(CreateApplication::from_body(&asked.body)?)),
            (Method::Get, []) => Self::List { filter: ApplicationFilter::from_body(&asked.query)?, paging: asked.paging()? },
            (Method::Get, [application]) => Self::Fetch { application: ResourceId::parse(application)? },
            (Method::Post, [application]) => {
                Self::Update { application: ResourceId::parse(application)?, update: Box::new(UpdateApplication::from_body(&asked.body)?) }
            }
            (Method::Delete, [application]) => Self::Delete { application: ResourceId::parse(application)? },
            _ => return Err(RestError::not_found()),
        })
    }

    /// Builds the request.
    pub fn write(&self, account: &AuthId) -> Outgoing {
        match self {
            Self::Create(create) => Outgoing::post(account, "/Application/", create.to_body()),
            Self::List { filter, paging } => {
                let mut query = query_of(filter.to_body());
                paging.write(&mut query);
                Outgoing::get_with(account, "/Application/", &query)
            }
            Self::Fetch { application } => Outgoing::get(account, &format!("/Application/{application}/")),
            Self::Update { application, update } => Outgoing::post(account, &format!("/Application/{application}/"), update.to_body()),
            Self::Delete { application } => Outgoing::delete(account, &format!("/Application/{application}/")),
        }
    }
}

parameters! {
    /// An application to be made. Where the hang-up is reported to is always said, as with a call: what Plivo does otherwise
    /// is from memory the same.
    CreateApplication {
        required {
            /// Its name.
            app_name: String = needed("app_name");
            /// Where the document of an incoming call is fetched.
            answer_url: WebUrl = needed_url("answer_url");
            /// Where the end of a call is reported to.
            hangup_url: WebUrl = url_or_that_of("hangup_url", "answer_url");
        }
        optional {
            /// How to ask for the document; `POST` if not said.
            answer_method: Option<Method> = method("answer_method");
            /// How to report the end; `POST` if not said.
            hangup_method: Option<Method> = method("hangup_method");
            /// Where the document is fetched if `answer_url` fails.
            fallback_answer_url: Option<WebUrl> = url("fallback_answer_url");
            /// How to ask there.
            fallback_method: Option<Method> = method("fallback_method");
            /// Where texts are sent.
            message_url: Option<WebUrl> = url("message_url");
            /// How to send them.
            message_method: Option<Method> = method("message_method");
            /// New numbers run this.
            default_number_app: Option<bool> = flag("default_number_app");
            /// New endpoints run this.
            default_endpoint_app: Option<bool> = flag("default_endpoint_app");
            /// Which subaccount it belongs to.
            subaccount: Option<String> = text("subaccount");
            /// Keep texts in Plivo's log.
            log_incoming_messages: Option<bool> = flag("log_incoming_messages");
        }
        also []
    }
}

parameters! {
    /// A change of an application.
    UpdateApplication {
        optional {
            /// Its name.
            app_name: Option<String> = text("app_name");
            /// Where the document of an incoming call is fetched.
            answer_url: Option<WebUrl> = url("answer_url");
            /// How to ask for it.
            answer_method: Option<Method> = method("answer_method");
            /// Where the end of a call is reported to.
            hangup_url: Option<WebUrl> = url("hangup_url");
            /// How to report it.
            hangup_method: Option<Method> = method("hangup_method");
            /// Where the document is fetched if `answer_url` fails.
            fallback_answer_url: Option<WebUrl> = url("fallback_answer_url");
            /// How to ask there.
            fallback_method: Option<Method> = method("fallback_method");
            /// Where texts are sent.
            message_url: Option<WebUrl> = url("message_url");
            /// How to send them.
            message_method: Option<Method> = method("message_method");
            /// New numbers run this.
            default_number_app: Option<bool> = flag("default_number_app");
            /// New endpoints run this.
            default_endpoint_app: Option<bool> = flag("default_endpoint_app");
            /// Which subaccount it belongs to; empty for none.
            subaccount: Option<String> = any_text("subaccount");
            /// Keep texts in Plivo's log.
            log_incoming_messages: Option<bool> = flag("log_incoming_messages");
        }
        also ["app_id"]
    }
}

parameters! {
    /// Which applications to list.
    ApplicationFilter {
        optional {
            /// Those of this name.
            app_name: Option<String> = text("app_name");
            /// Those of this subaccount.
            subaccount: Option<String> = text("subaccount");
        }
        also ["limit", "offset", "cursor"]
    }
}

resource! {
    /// What Plivo answers when an application was made.
    ApplicationCreated shows [app_id] {
        /// `created`.
        message: String,
        /// The application.
        app_id: String,
    }
    sometimes {}
}

resource! {
    /// An application.
    ApplicationResource shows [app_id] {
        /// The application.
        app_id: String,
        /// Its name.
        app_name: String,
        /// Where the document of an incoming call is fetched.
        answer_url: String,
        /// How to ask for it.
        answer_method: String,
        /// Where the end of a call is reported to.
        hangup_url: String,
        /// How to report it.
        hangup_method: String,
        /// Where the document is fetched if `answer_url` fails.
        fallback_answer_url: String,
        /// How to ask there.
        fallback_method: String,
        /// Where texts are sent.
        message_url: String,
        /// How to send them.
        message_method: String,
        /// New numbers run this.
        default_app: bool,
        /// New endpoints run this.
        default_endpoint_app: bool,
        /// It is in use.
        enabled: bool,
        /// Anybody may call it by SIP.
        public_uri: bool,
        /// Its address for SIP.
        sip_uri: String,
        /// The path of its subaccount.
        sub_account: String,
        /// The path of the resource.
        resource_uri: String,
    }
    sometimes {}
}

impl ApplicationResource {
    /// Returns whether it is in use and answers calls here. A number that points to a flow of Plivo's console, or to
    /// nothing, does not.
    pub fn answers_at(&self, url: &str) -> bool {
        self.enabled != Some(false) && self.answer_url.as_deref() == Some(url)
    }
}
