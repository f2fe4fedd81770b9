//! A program behind Twilio's side of the sandbox: what it asks for, and what is signed how.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use sandbox::{Sandbox, SandboxConfig, Times};
use simulator::cast::Cast;
use wire::http::HttpRequest;
use wire::twilio::rest::{CallInstructions, CallResource, CreateCall};
use wire::twilio::signature::{HEADER, Signed, SigningKey};
use wire::twilio::status::CallEvent;

use crate::program::{Came, Program, Signs};

pub use crate::program::{Saw, hum};

pub struct App(pub Program);

impl Deref for App {
    type Target = Program;

    fn deref(&self) -> &Program {
        &self.0
    }
}

impl DerefMut for App {
    fn deref_mut(&mut self) -> &mut Program {
        &mut self.0
    }
}

impl Signs for SigningKey {
    fn has_signed(&self, came: &Came<'_>) -> bool {
        let content_type = came.header("content-type");
        self.open(&Signed { url: came.url, content_type, body: came.body, signature: came.header(HEADER), settings: None }).is_ok()
    }

    fn has_signed_socket(&self, url: &str, headers: &HeaderMap) -> bool {
        self.verify_socket(url, headers.get(HEADER).and_then(|value| value.to_str().ok()), None).is_ok()
    }

    fn unserved(&self, path: &str) -> StatusCode {
        if path == "/status" { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
    }
}

/// Four seconds of a call in one.
pub fn fast() -> Times {
    Times { queued_for: Duration::from_millis(100), pace: 4.0, ..Times::default() }
}

pub fn config() -> SandboxConfig {
    SandboxConfig { times: fast(), today: Some(2), ..SandboxConfig::new(Cast::shipped().unwrap()) }
}

impl App {
    pub async fn start() -> Self {
        Self::with(config()).await
    }

    pub async fn with(config: SandboxConfig) -> Self {
        let sandbox = Sandbox::start(config).await.unwrap();
        let key = SigningKey::new(&sandbox.credentials.auth_token);
        Self(Program::open(sandbox, key).await)
    }

    /// Serves a document at a path.
    pub fn serve(&self, path: &str, document: &str) {
        self.serve_as(path, "text/xml", document);
    }

    pub fn serve_as(&self, path: &str, kind: &str, body: &str) {
        self.serve_raw(path, Ok((kind.into(), body.into())));
    }

    /// A document that connects to our socket, with more behind it.
    pub fn serve_stream(&self, after: &str) {
        let url = self.socket();
        self.serve(
            "/voice",
            &format!("<Response><Connect><Stream url=\"{url}\"><Parameter name=\"token\" value=\"t-1\"/></Stream></Connect>{after}</Response>"),
        );
    }

    pub fn create(&self, to: &str) -> CreateCall {
        let url = format!("{}/voice", self.origin);
        let instructions = CallInstructions::Url { url, method: wire::http::Method::Post };
        let mut create = CreateCall::new(to, self.sandbox.credentials.from_number.clone(), instructions);
        create.status_callback = Some(format!("{}/status", self.origin));
        create.status_events = CallEvent::ALL.to_vec();
        create
    }

    pub async fn send(&self, request: HttpRequest) -> (u16, serde_json::Value) {
        let url = format!("{}{}", self.sandbox.base_url, request.target);
        let method = reqwest::Method::from_bytes(request.method.as_str().as_bytes()).unwrap();
        let credentials = &self.sandbox.credentials;
        let mut builder = self.client.request(method, url).basic_auth(&credentials.account_sid, Some(&credentials.auth_token));
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        let reply = builder.body(request.body).send().await.unwrap();
        let status = reply.status().as_u16();
        let body = reply.bytes().await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    /// Asks as the account: a path below it (`/Messages.json`), or of another product (`/v1/…`). Returns status and body.
    pub async fn ask(&self, method: &str, path: &str, form: &str) -> (u16, serde_json::Value) {
        let credentials = &self.sandbox.credentials;
        self.ask_as((&credentials.account_sid, &credentials.auth_token), method, path, form).await
    }

    /// Asks as anybody; the account of the path is the live one, or the one that signs in.
    pub async fn ask_as(&self, (user, password): (&str, &str), method: &str, path: &str, form: &str) -> (u16, serde_json::Value) {
        let account = if user.starts_with("AC") { user } else { &self.sandbox.credentials.account_sid };
        let is_whole = path.starts_with("/v1/") || path.starts_with("/v2/") || path.starts_with("/2010");
        let base = &self.sandbox.base_url;
        let url = if is_whole { format!("{base}{path}") } else { format!("{base}/2010-04-01/Accounts/{account}{path}") };
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let request = self.client.request(method, url).basic_auth(user, Some(password)).header("content-type", wire::http::FORM_TYPE);
        let reply = request.body(form.to_owned()).send().await.unwrap();
        let status = reply.status().as_u16();
        (status, serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap_or_default())
    }

    pub async fn place(&self, create: &CreateCall) -> String {
        let (status, body) = self.send(wire::twilio::rest::create_call(&self.account(), create)).await;
        assert_eq!((status, body["status"].as_str()), (201, Some("queued")), "{body}");
        body["sid"].as_str().unwrap().to_owned()
    }

    pub async fn call(&self, to: &str) -> String {
        self.place(&self.create(to)).await
    }

    pub async fn fetch(&self, sid: &str) -> CallResource {
        let (status, body) = self.send(wire::twilio::rest::fetch_call(&self.account(), sid)).await;
        assert_eq!(status, 200);
        serde_json::from_value(body).unwrap()
    }

    pub fn account(&self) -> String {
        self.sandbox.credentials.account_sid.clone()
    }

    /// Waits for the news of a call's end.
    pub async fn until_over(&mut self) -> HashMap<String, String> {
        const ENDS: [&str; 5] = ["completed", "busy", "failed", "no-answer", "canceled"];
        loop {
            let form = self.until_hook("/status").await;
            if ENDS.contains(&form["CallStatus"].as_str()) {
                return form;
            }
        }
    }

    /// Waits for a message of a conversation in text.
    pub async fn until_type(&mut self, kind: &str) -> (serde_json::Value, Vec<Saw>) {
        self.until_word("type", kind).await
    }
}
