//! A small program of the kind that the sandbox calls: serves documents, takes webhooks, holds a media socket.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket};
use axum::extract::{Request, State, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use sandbox::{Sandbox, SandboxConfig, Times};
use simulator::cast::Cast;
use tokio::sync::mpsc;
use wire::http::{Form, HttpRequest};
use wire::twilio::rest::{CallInstructions, CallResource, CreateCall};
use wire::twilio::signature::{HEADER, Signed, SigningKey};
use wire::twilio::status::CallEvent;

/// What the program saw.
#[derive(Debug, Clone, PartialEq)]
pub enum Saw {
    Hook {
        path: String,
        form: HashMap<String, String>,
        is_signed: bool,
    },
    Opened {
        is_signed: bool,
    },
    Message(serde_json::Value),
    /// How the carrier said goodbye, if not as usual.
    Farewell {
        code: u16,
        reason: String,
    },
    Closed,
}

#[derive(Clone)]
struct Shared {
    saw: mpsc::UnboundedSender<Saw>,
    documents: Arc<Mutex<HashMap<String, (String, String)>>>,
    key: SigningKey,
    origin: Arc<Mutex<String>>,
    to_socket: Arc<tokio::sync::Mutex<mpsc::UnboundedReceiver<Option<String>>>>,
}

pub struct App {
    pub sandbox: Sandbox,
    pub origin: String,
    saw: mpsc::UnboundedReceiver<Saw>,
    documents: Arc<Mutex<HashMap<String, (String, String)>>>,
    to_socket: mpsc::UnboundedSender<Option<String>>,
    pub client: reqwest::Client,
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
        let (saw, seen) = mpsc::unbounded_channel();
        let (to_socket, from_test) = mpsc::unbounded_channel();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let documents = Arc::new(Mutex::new(HashMap::new()));
        let shared = Shared {
            saw,
            documents: documents.clone(),
            key: SigningKey::new(&sandbox.credentials.auth_token),
            origin: Arc::new(Mutex::new(origin.clone())),
            to_socket: Arc::new(tokio::sync::Mutex::new(from_test)),
        };
        let router = Router::new().route("/media", get(media)).fallback(any(hook)).with_state(shared);
        tokio::spawn(async move { axum::serve(listener, router).await });
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).timeout(Duration::from_secs(20)).build().unwrap();
        Self { sandbox, origin, saw: seen, documents, to_socket, client }
    }

    /// Serves a document at a path.
    pub fn serve(&self, path: &str, document: &str) {
        self.serve_as(path, "text/xml", document);
    }

    pub fn serve_as(&self, path: &str, kind: &str, body: &str) {
        self.documents.lock().unwrap().insert(path.into(), (kind.into(), body.into()));
    }

    /// A document that connects to our socket, with more behind it.
    pub fn serve_stream(&self, after: &str) {
        let url = format!("{}/media", self.origin.replace("http", "ws"));
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

    /// Says something on the socket; `None` closes it.
    pub fn say(&self, message: Option<String>) {
        self.to_socket.send(message).unwrap();
    }

    /// Waits for the first thing that fits and returns it with all that came before.
    pub async fn until(&mut self, fits: impl Fn(&Saw) -> bool) -> (Saw, Vec<Saw>) {
        let mut before = Vec::new();
        let search = async {
            loop {
                let saw = self.saw.recv().await.expect("the program lives as long as the test");
                if fits(&saw) {
                    return saw;
                }
                before.push(saw);
            }
        };
        match tokio::time::timeout(Duration::from_secs(60), search).await {
            Ok(saw) => (saw, before),
            Err(_) => panic!("nothing came that fits; truth: {:#?}", self.sandbox.truth().calls()),
        }
    }

    /// Waits until each of these has come once, in whatever order: of two webhooks nobody promises which is first.
    pub async fn until_each(&mut self, fits: &[&dyn Fn(&Saw) -> bool]) -> Vec<HashMap<String, String>> {
        let mut found: Vec<Option<HashMap<String, String>>> = vec![None; fits.len()];
        while found.iter().any(Option::is_none) {
            let is_missing = |saw: &Saw| fits.iter().zip(&found).any(|(fits, found)| found.is_none() && fits(saw));
            let (saw, _) = self.until(is_missing).await;
            let at = fits.iter().zip(&found).position(|(fits, found)| found.is_none() && fits(&saw)).unwrap();
            if let Saw::Hook { form, is_signed: true, .. } = saw {
                found[at] = Some(form);
            }
        }
        found.into_iter().flatten().collect()
    }

    pub async fn until_hook(&mut self, path: &str) -> HashMap<String, String> {
        match self.until(|saw| matches!(saw, Saw::Hook { path: at, .. } if at == path)).await.0 {
            Saw::Hook { form, is_signed, .. } => {
                assert!(is_signed, "{path} is not signed");
                form
            }
            other => panic!("{other:?}"),
        }
    }

    /// Waits until something is true of a call, asking the API meanwhile.
    pub async fn until_true(&self, sid: &str, is_so: impl Fn(&sandbox::CallTruth) -> bool) {
        let wait = async {
            while !is_so(&self.sandbox.truth().call(sid).unwrap()) {
                self.fetch(sid).await;
            }
        };
        if tokio::time::timeout(Duration::from_secs(40), wait).await.is_err() {
            panic!("it never comes true; truth: {:#?}", self.sandbox.truth().calls());
        }
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
        match self.until(|saw| matches!(saw, Saw::Message(message) if message["type"] == kind)).await {
            (Saw::Message(message), before) => (message, before),
            other => panic!("{other:?}"),
        }
    }

    /// Waits for a message of the socket.
    pub async fn until_event(&mut self, event: &str) -> (serde_json::Value, Vec<Saw>) {
        match self.until(|saw| matches!(saw, Saw::Message(message) if message["event"] == event)).await {
            (Saw::Message(message), before) => (message, before),
            other => panic!("{other:?}"),
        }
    }
}

/// A sound that is taken for a voice.
pub fn hum(ms: usize) -> Vec<i16> {
    (0..ms * 8)
        .map(|at| {
            let phase = std::f32::consts::TAU * 140.0 * at as f32 / 8_000.0;
            let tone: f32 = (1..=8).map(|harmonic| (phase * harmonic as f32).sin() / harmonic as f32).sum();
            let syllable = 0.55 - 0.45 * (phase * 4.0 / 140.0).cos();
            (tone * syllable * 3_500.0) as i16
        })
        .collect()
}

async fn hook(State(shared): State<Shared>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let url = format!("{}{uri}", shared.origin.lock().unwrap());
    let signed = Signed { url: &url, content_type: text("content-type"), body: &body, signature: text(HEADER), settings: None };
    let is_signed = shared.key.open(&signed).is_ok();
    let form_text = if body.is_empty() { uri.query().unwrap_or_default().to_owned() } else { String::from_utf8_lossy(&body).into_owned() };
    let form = Form::parse(&form_text).pairs().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let path = uri.path().to_owned();
    let document = shared.documents.lock().unwrap().get(&path).cloned();
    let _ = shared.saw.send(Saw::Hook { path: path.clone(), form, is_signed });
    match document {
        Some((kind, body)) => ([("content-type", kind)], body).into_response(),
        None if path == "/status" => StatusCode::NO_CONTENT.into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn media(State(shared): State<Shared>, upgrade: WebSocketUpgrade, request: Request) -> Response {
    let url = format!("{}/media", shared.origin.lock().unwrap().replace("http", "ws"));
    let signature = request.headers().get(HEADER).and_then(|value| value.to_str().ok());
    let is_signed = shared.key.verify_socket(&url, signature, None).is_ok();
    upgrade.on_upgrade(move |socket| hold(shared, socket, is_signed))
}

async fn hold(shared: Shared, mut socket: WebSocket, is_signed: bool) {
    let _ = shared.saw.send(Saw::Opened { is_signed });
    let mut from_test = shared.to_socket.lock().await;
    loop {
        tokio::select! {
            order = from_test.recv() => match order {
                Some(Some(text)) => drop(socket.send(Message::text(text)).await),
                Some(None) => drop(socket.send(Message::Close(None)).await),
                None => break,
            },
            came = socket.recv() => match came {
                Some(Ok(Message::Text(text))) => drop(shared.saw.send(Saw::Message(serde_json::from_str(&text).unwrap()))),
                Some(Ok(Message::Close(Some(frame)))) if frame.code != 1_000 => {
                    drop(shared.saw.send(Saw::Farewell { code: frame.code, reason: frame.reason.as_str().to_owned() }));
                    break;
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                Some(Ok(_)) => {}
            },
        }
    }
    let _ = shared.saw.send(Saw::Closed);
}
