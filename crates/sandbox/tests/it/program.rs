//! A small program of the kind that a carrier calls: serves documents, takes webhooks, holds a media socket. What is the same whoever the
//! carrier is; how each signs and is asked is in `app` (Twilio) and `plivo_app`.

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
use sandbox::{CallTruth, Sandbox};
use serde_json::Value;
use tokio::sync::mpsc;
use wire::http::{Form, Method};

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
    Message(Value),
    /// How the carrier said goodbye, if not as usual.
    Farewell {
        code: u16,
        reason: String,
    },
    Closed,
}

/// A document and its kind, or the status of a refusal.
pub type Served = Result<(String, String), u16>;

/// A webhook as it came.
pub struct Came<'a> {
    pub method: Method,
    pub url: &'a str,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
}

impl Came<'_> {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// What a program knows of its carrier.
pub trait Signs: Send + Sync + 'static {
    /// Returns whether a webhook is the carrier's.
    fn has_signed(&self, came: &Came<'_>) -> bool;

    /// Returns whether a socket at this address is.
    fn has_signed_socket(&self, url: &str, headers: &HeaderMap) -> bool;

    /// Returns how a webhook is answered for which nothing is served.
    fn unserved(&self, path: &str) -> StatusCode;
}

#[derive(Clone)]
struct Shared {
    saw: mpsc::UnboundedSender<Saw>,
    documents: Arc<Mutex<HashMap<String, Served>>>,
    signs: Arc<dyn Signs>,
    origin: String,
    to_socket: Arc<tokio::sync::Mutex<mpsc::UnboundedReceiver<Option<String>>>>,
}

pub struct Program {
    pub sandbox: Sandbox,
    pub origin: String,
    saw: mpsc::UnboundedReceiver<Saw>,
    documents: Arc<Mutex<HashMap<String, Served>>>,
    to_socket: mpsc::UnboundedSender<Option<String>>,
    pub client: reqwest::Client,
}

impl Program {
    pub async fn open(sandbox: Sandbox, signs: impl Signs) -> Self {
        let (saw, seen) = mpsc::unbounded_channel();
        let (to_socket, from_test) = mpsc::unbounded_channel();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let documents = Arc::new(Mutex::new(HashMap::new()));
        let shared = Shared {
            saw,
            documents: documents.clone(),
            signs: Arc::new(signs),
            origin: origin.clone(),
            to_socket: Arc::new(tokio::sync::Mutex::new(from_test)),
        };
        let router = Router::new().route("/media", get(media)).fallback(any(hook)).with_state(shared);
        tokio::spawn(async move { axum::serve(listener, router).await });
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).timeout(Duration::from_secs(20)).build().unwrap();
        Self { sandbox, origin, saw: seen, documents, to_socket, client }
    }

    /// Returns the address of the media socket.
    pub fn socket(&self) -> String {
        format!("{}/media", self.origin.replace("http", "ws"))
    }

    pub fn serve_raw(&self, path: &str, served: Served) {
        self.documents.lock().unwrap().insert(path.into(), served);
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

    /// Waits for a message of the socket.
    pub async fn until_event(&mut self, event: &str) -> (Value, Vec<Saw>) {
        self.until_word("event", event).await
    }

    /// Waits for a message of the socket that has this word at this place.
    pub async fn until_word(&mut self, place: &str, word: &str) -> (Value, Vec<Saw>) {
        match self.until(|saw| matches!(saw, Saw::Message(message) if message[place] == word)).await {
            (Saw::Message(message), before) => (message, before),
            other => panic!("{other:?}"),
        }
    }

    /// Waits until something is true of a call; each request is a moment.
    pub async fn until_true(&self, call: &str, is_so: impl Fn(&CallTruth) -> bool) {
        let wait = async {
            while !is_so(&self.truth(call)) {
                self.client.get(format!("{}/sandbox/log", self.sandbox.base_url)).send().await.unwrap();
            }
        };
        if tokio::time::timeout(Duration::from_secs(40), wait).await.is_err() {
            panic!("it never comes true; truth: {:#?}", self.sandbox.truth().calls());
        }
    }

    pub fn truth(&self, call: &str) -> CallTruth {
        self.sandbox.truth().call(call).unwrap()
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

async fn hook(State(shared): State<Shared>, method: axum::http::Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let url = format!("{}{uri}", shared.origin);
    let came = Came { method: Method::parse(method.as_str()).unwrap(), url: &url, headers: &headers, body: &body };
    let is_signed = shared.signs.has_signed(&came);
    let form_text = if body.is_empty() { uri.query().unwrap_or_default().to_owned() } else { String::from_utf8_lossy(&body).into_owned() };
    let form = Form::parse(&form_text).pairs().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let path = uri.path().to_owned();
    let document = shared.documents.lock().unwrap().get(&path).cloned();
    let unserved = shared.signs.unserved(&path);
    let _ = shared.saw.send(Saw::Hook { path, form, is_signed });
    match document {
        Some(Ok((kind, body))) => ([("content-type", kind)], body).into_response(),
        Some(Err(status)) => StatusCode::from_u16(status).unwrap().into_response(),
        None => unserved.into_response(),
    }
}

async fn media(State(shared): State<Shared>, upgrade: WebSocketUpgrade, request: Request) -> Response {
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    let url = format!("{}/media{query}", shared.origin.replace("http", "ws"));
    let is_signed = shared.signs.has_signed_socket(&url, request.headers());
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
