//! A small program that Plivo's side of the sandbox calls: serves documents, takes webhooks, holds a media socket.

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
use sandbox::{CallTruth, Sandbox, SandboxConfig};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use wire::http::{Form, Method};
use wire::plivo::media::{AudioFormat, write_play_audio};
use wire::plivo::signature::{HEADER, MAIN_HEADER, Signatures, Signed, SigningKeys};

use crate::app::hum;
use crate::telling::telling;

/// What the program saw.
#[derive(Debug, Clone, PartialEq)]
pub enum Saw {
    Hook { path: String, form: HashMap<String, String>, is_signed: bool },
    Opened { is_signed: bool },
    Message(Value),
    Closed,
}

/// A document, or the status of a refusal.
type Served = Result<(String, String), u16>;

#[derive(Clone)]
struct Shared {
    saw: mpsc::UnboundedSender<Saw>,
    documents: Arc<Mutex<HashMap<String, Served>>>,
    keys: SigningKeys,
    origin: String,
    to_socket: Arc<tokio::sync::Mutex<mpsc::UnboundedReceiver<Option<String>>>>,
}

pub struct App {
    pub sandbox: Sandbox,
    pub origin: String,
    saw: mpsc::UnboundedReceiver<Saw>,
    documents: Arc<Mutex<HashMap<String, Served>>>,
    to_socket: mpsc::UnboundedSender<Option<String>>,
    client: reqwest::Client,
}

impl App {
    pub async fn start() -> Self {
        Self::with(telling()).await
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
            keys: SigningKeys::new(&sandbox.plivo_credentials.auth_token),
            origin: origin.clone(),
            to_socket: Arc::new(tokio::sync::Mutex::new(from_test)),
        };
        let router = Router::new().route("/media", get(media)).fallback(any(hook)).with_state(shared);
        tokio::spawn(async move { axum::serve(listener, router).await });
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).timeout(Duration::from_secs(20)).build().unwrap();
        Self { sandbox, origin, saw: seen, documents, to_socket, client }
    }

    /// Serves a document at a path; what is between the tags of `<Response>`.
    pub fn serve(&self, path: &str, verbs: &str) {
        let verbs = verbs.replace("ORIGIN", &self.origin).replace("SOCKET", &format!("{}/media", self.origin.replace("http", "ws")));
        self.serve_raw(path, Ok(("application/xml".into(), format!("<Response>{verbs}</Response>"))));
    }

    pub fn serve_raw(&self, path: &str, served: Served) {
        self.documents.lock().unwrap().insert(path.into(), served);
    }

    /// Returns the body of a create with all addresses.
    pub fn create(&self, to: &str) -> Value {
        let at = |path: &str| format!("{}{path}", self.origin);
        json!({
            "from": self.sandbox.plivo_credentials.from_number, "to": to, "answer_url": at("/answer?task=t-1"),
            "ring_url": at("/ring"), "hangup_url": at("/hangup"),
        })
    }

    /// Places a call and returns its UUID.
    pub async fn place(&self, create: &Value) -> String {
        let (status, body) = self.ask("POST", "/Call/", create).await;
        assert_eq!((status, body["message"].as_str()), (201, Some("call fired")), "{body}");
        body["request_uuid"].as_str().unwrap().to_owned()
    }

    pub async fn call(&self, to: &str) -> String {
        self.place(&self.create(to)).await
    }

    /// Asks as the account; the path is below it.
    pub async fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let credentials = &self.sandbox.plivo_credentials;
        let url = format!("{}/v1/Account/{}{path}", self.sandbox.base_url, credentials.auth_id);
        self.ask_as((&credentials.auth_id, &credentials.auth_token), method, &url, body).await
    }

    pub async fn ask_as(&self, (user, password): (&str, &str), method: &str, url: &str, body: &Value) -> (u16, Value) {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.client.request(method, url).basic_auth(user, Some(password)).header("content-type", "application/json");
        if !body.is_null() {
            request = request.body(body.to_string());
        }
        let reply = request.send().await.unwrap();
        let status = reply.status().as_u16();
        (status, serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap_or_default())
    }

    /// Fetches whatever is at an address, without credentials.
    pub async fn fetch(&self, url: &str) -> (u16, Vec<u8>) {
        let reply = self.client.get(url).send().await.unwrap();
        (reply.status().as_u16(), reply.bytes().await.unwrap().to_vec())
    }

    /// Waits for the record of a call.
    pub async fn record(&self, uuid: &str) -> Value {
        let search = async {
            loop {
                let (status, body) = self.ask("GET", &format!("/Call/{uuid}/"), &Value::Null).await;
                if status == 200 {
                    return body;
                }
                assert_eq!((status, body["error"].as_str()), (404, Some("call not found")));
            }
        };
        tokio::time::timeout(Duration::from_secs(20), search).await.unwrap()
    }

    /// Says something on the socket; `None` closes it.
    pub fn say(&self, message: Option<String>) {
        self.to_socket.send(message).unwrap();
    }

    /// Hums on the socket, in a form, 40 ms a message.
    pub fn speak(&self, ms: usize, format: AudioFormat) {
        for samples in hum(ms).chunks(320) {
            let mut bytes = Vec::new();
            match format {
                AudioFormat::Mulaw8k => {
                    bytes.resize(samples.len(), 0);
                    audio::g711::ulaw_encode(samples, &mut bytes);
                }
                AudioFormat::L16At8k => wire::plivo::media::push_l16(samples, &mut bytes),
                AudioFormat::L16At16k => {
                    wire::plivo::media::push_l16(&audio::resample::resample(audio::resample::Conversion::Up8To16, samples), &mut bytes);
                }
            }
            let mut message = String::new();
            assert_eq!(write_play_audio(format, &bytes, &mut message), bytes.len());
            self.say(Some(message));
        }
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

    pub async fn until_hook(&mut self, path: &str) -> HashMap<String, String> {
        match self.until(|saw| matches!(saw, Saw::Hook { path: at, .. } if at == path)).await.0 {
            Saw::Hook { form, is_signed, .. } => {
                assert!(is_signed, "{path} is not signed");
                form
            }
            other => panic!("{other:?}"),
        }
    }

    /// Waits for a message of the socket.
    pub async fn until_event(&mut self, event: &str) -> (Value, Vec<Saw>) {
        match self.until(|saw| matches!(saw, Saw::Message(message) if message["event"] == event)).await {
            (Saw::Message(message), before) => (message, before),
            other => panic!("{other:?}"),
        }
    }

    /// Waits until something is true of a call; each frame of its stream is a moment.
    pub async fn until_true(&self, uuid: &str, is_so: impl Fn(&CallTruth) -> bool) {
        let wait = async {
            while !is_so(&self.truth(uuid)) {
                self.ask("GET", "/", &Value::Null).await;
            }
        };
        if tokio::time::timeout(Duration::from_secs(40), wait).await.is_err() {
            panic!("it never comes true; truth: {:#?}", self.sandbox.truth().calls());
        }
    }

    pub fn truth(&self, uuid: &str) -> CallTruth {
        self.sandbox.truth().call(uuid).unwrap()
    }
}

async fn hook(State(shared): State<Shared>, method: axum::http::Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let url = format!("{}{uri}", shared.origin);
    let method = Method::parse(method.as_str()).unwrap();
    let signed = |own: &str, main: &str| {
        let signatures = Signatures { own: text(own), main: text(main), nonce: Signatures::v3(&text).nonce };
        shared.keys.open(&Signed { method, url: &url, content_type: text("content-type"), body: &body, signatures }).is_ok()
    };
    // Each header by itself, so that neither hides a fault of the other; and the older scheme.
    let v2 = Signatures::v2(&text);
    let is_signed = signed(HEADER, "") && signed("", MAIN_HEADER) && shared.keys.verify_v2(&url, &v2).is_ok();
    let form_text = if body.is_empty() { uri.query().unwrap_or_default().to_owned() } else { String::from_utf8_lossy(&body).into_owned() };
    let form = Form::parse(&form_text).pairs().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let path = uri.path().to_owned();
    let document = shared.documents.lock().unwrap().get(&path).cloned();
    let _ = shared.saw.send(Saw::Hook { path, form, is_signed });
    match document {
        Some(Ok((kind, body))) => ([("content-type", kind)], body).into_response(),
        Some(Err(status)) => StatusCode::from_u16(status).unwrap().into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    }
}

async fn media(State(shared): State<Shared>, upgrade: WebSocketUpgrade, request: Request) -> Response {
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    let url = format!("{}/media{query}", shared.origin.replace("http", "ws"));
    let is_signed = shared.keys.verify_socket(&url, &Signatures::v3(&text)).is_ok();
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
                Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                Some(Ok(_)) => {}
            },
        }
    }
    let _ = shared.saw.send(Saw::Closed);
}
