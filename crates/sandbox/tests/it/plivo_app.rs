//! A program behind Plivo's side of the sandbox: what it asks for, and what is signed how.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use sandbox::{Sandbox, SandboxConfig};
use serde_json::{Value, json};
use wire::plivo::media::{AudioFormat, write_play_audio};
use wire::plivo::signature::{HEADER, MAIN_HEADER, Signatures, Signed, SigningKeys};

use crate::program::{Came, Program, Signs, hum};
use crate::telling::telling;

pub use crate::program::Saw;

pub struct App(Program);

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

impl Signs for SigningKeys {
    fn has_signed(&self, came: &Came<'_>) -> bool {
        let text = |name: &str| came.header(name);
        let signed = |own: &str, main: &str| {
            let signatures = Signatures { own: text(own), main: text(main), nonce: Signatures::v3(&text).nonce };
            self.open(&Signed { method: came.method, url: came.url, content_type: text("content-type"), body: came.body, signatures }).is_ok()
        };
        // Each header by itself, so that neither hides a fault of the other; and the older scheme.
        signed(HEADER, "") && signed("", MAIN_HEADER) && self.verify_v2(came.url, &Signatures::v2(&text)).is_ok()
    }

    fn has_signed_socket(&self, url: &str, headers: &HeaderMap) -> bool {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        self.verify_socket(url, &Signatures::v3(&text)).is_ok()
    }

    fn unserved(&self, _: &str) -> StatusCode {
        StatusCode::NO_CONTENT
    }
}

impl App {
    pub async fn start() -> Self {
        Self::with(telling()).await
    }

    pub async fn with(config: SandboxConfig) -> Self {
        let sandbox = Sandbox::start(config).await.unwrap();
        let keys = SigningKeys::new(&sandbox.plivo_credentials.auth_token);
        Self(Program::open(sandbox, keys).await)
    }

    /// Serves a document at a path; what is between the tags of `<Response>`.
    pub fn serve(&self, path: &str, verbs: &str) {
        let verbs = verbs.replace("ORIGIN", &self.origin).replace("SOCKET", &self.socket());
        self.serve_raw(path, Ok(("application/xml".into(), format!("<Response>{verbs}</Response>"))));
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
}
