//! The other side of the wire: a bucket on loopback that checks signatures itself, keeps objects in memory, and fails when told to.
//!
//! What it answers is written after the S3 API reference (PutObject, GetObject, HeadObject, DeleteObject, CreateMultipartUpload, UploadPart,
//! CompleteMultipartUpload, AbortMultipartUpload), what it checks after "Signature Version 4: signing requests".

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

pub const BUCKET: &str = "calls";
pub const KEY_ID: &str = "AKIDEXAMPLE";
pub const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
pub const REGION: &str = "us-east-1";

/// What the next request meets instead of an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// This status, with a code.
    Status(u16, &'static str),
    /// The head of a true answer and half of its body.
    CutBody,
}

/// What the bucket holds.
#[derive(Default)]
pub struct Shelves {
    pub objects: BTreeMap<String, Vec<u8>>,
    uploads: BTreeMap<String, BTreeMap<u32, Vec<u8>>>,
    /// Faults of the requests to come, in order.
    pub faults: VecDeque<Fault>,
    /// Whether every request meets this, until it is told otherwise.
    pub always: Option<Fault>,
    /// Method and path with query of all requests, in order.
    pub asked: Vec<String>,
}

/// A running fake; it lives as long as the test's process.
pub struct FakeS3 {
    pub url: String,
    shelves: Arc<Mutex<Shelves>>,
}

impl FakeS3 {
    pub fn start() -> Self {
        let shelves = Arc::new(Mutex::new(Shelves::default()));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = axum::Router::new().fallback(answer).with_state(Arc::clone(&shelves));
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async { axum::serve(tokio::net::TcpListener::from_std(listener).unwrap(), app).await.unwrap() });
        });
        Self { url, shelves }
    }

    /// Returns how many objects there are, and how many uploads were begun and neither completed nor aborted.
    pub fn left(&self) -> (usize, usize) {
        let shelves = self.shelves();
        (shelves.objects.len(), shelves.uploads.len())
    }

    pub fn shelves(&self) -> MutexGuard<'_, Shelves> {
        self.shelves.lock().unwrap()
    }
}

async fn answer(State(shelves): State<Arc<Mutex<Shelves>>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 64 << 20).await.unwrap();
    let mut shelves = shelves.lock().unwrap();
    let target = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    shelves.asked.push(format!("{} {target}", parts.method));
    let fault = shelves.faults.pop_front().or(shelves.always);
    if let Some(Fault::Status(status, code)) = fault {
        return refusal(StatusCode::from_u16(status).unwrap(), code);
    }
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    if let Err(code) = check_signature(parts.method.as_str(), path, query, &parts.headers, &body) {
        return refusal(StatusCode::FORBIDDEN, code);
    }
    let Some(key) = path.strip_prefix(&format!("/{BUCKET}/")) else { return refusal(StatusCode::NOT_FOUND, "NoSuchBucket") };
    let response = shelves.serve(parts.method.as_str(), key, query, &parts.headers, body);
    if fault == Some(Fault::CutBody) { cut(response) } else { response }
}

impl Shelves {
    fn serve(&mut self, method: &str, key: &str, query: &str, headers: &HeaderMap, body: Bytes) -> Response {
        let asked: BTreeMap<&str, &str> =
            query.split('&').filter(|part| !part.is_empty()).map(|part| part.split_once('=').unwrap_or((part, ""))).collect();
        match (method, asked.get("uploadId")) {
            ("PUT", None) => {
                self.objects.insert(key.to_owned(), body.to_vec());
                with_etag(&body)
            }
            ("POST", None) if asked.contains_key("uploads") => {
                let id = format!("upload{}", self.asked.len());
                self.uploads.insert(id.clone(), BTreeMap::new());
                xml(format!(
                    "<InitiateMultipartUploadResult><Bucket>{BUCKET}</Bucket><Key>{key}</Key><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
                ))
            }
            ("PUT", Some(id)) => match self.uploads.get_mut(*id) {
                Some(parts) => {
                    parts.insert(asked["partNumber"].parse().unwrap(), body.to_vec());
                    with_etag(&body)
                }
                None => refusal(StatusCode::NOT_FOUND, "NoSuchUpload"),
            },
            ("POST", Some(id)) => self.complete(key, id, &body),
            ("DELETE", Some(id)) => {
                self.uploads.remove(*id);
                StatusCode::NO_CONTENT.into_response()
            }
            ("DELETE", None) => {
                self.objects.remove(key);
                StatusCode::NO_CONTENT.into_response()
            }
            ("GET" | "HEAD", _) => match self.objects.get(key) {
                Some(object) => found(object, headers),
                None => refusal(StatusCode::NOT_FOUND, "NoSuchKey"),
            },
            _ => refusal(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed"),
        }
    }

    /// The parts that the request lists, in its order; each but the last must be large enough.
    fn complete(&mut self, key: &str, id: &str, body: &[u8]) -> Response {
        let Some(parts) = self.uploads.remove(id) else { return refusal(StatusCode::NOT_FOUND, "NoSuchUpload") };
        let text = String::from_utf8_lossy(body);
        let listed: Vec<u32> = text.split("<PartNumber>").skip(1).map(|rest| rest.split('<').next().unwrap().parse().unwrap()).collect();
        if listed.is_empty() || !listed.is_sorted() || !listed.iter().all(|number| parts.contains_key(number)) {
            return refusal(StatusCode::BAD_REQUEST, "InvalidPart");
        }
        if listed[..listed.len() - 1].iter().any(|number| parts[number].len() < 5 << 20) {
            return refusal(StatusCode::BAD_REQUEST, "EntityTooSmall");
        }
        self.objects.insert(key.to_owned(), listed.iter().flat_map(|number| parts[number].clone()).collect());
        xml(format!("<CompleteMultipartUploadResult><Key>{key}</Key><ETag>\"{id}\"</ETag></CompleteMultipartUploadResult>"))
    }
}

fn xml(text: String) -> Response {
    ([("content-type", "application/xml")], format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{text}")).into_response()
}

fn refusal(status: StatusCode, code: &str) -> Response {
    (status, xml(format!("<Error><Code>{code}</Code><Message>no</Message></Error>"))).into_response()
}

fn with_etag(body: &[u8]) -> Response {
    ([("etag", format!("\"{}\"", &hex(&Sha256::digest(body))[..32]))], "").into_response()
}

fn found(object: &[u8], headers: &HeaderMap) -> Response {
    let about = [("etag", "\"one\"".to_owned()), ("last-modified", "Wed, 01 Jan 2025 00:00:00 GMT".to_owned())];
    let Some(range) = headers.get("range").and_then(|range| range.to_str().ok()?.strip_prefix("bytes=")) else {
        return (about, object.to_vec()).into_response();
    };
    let (first, last) = range.split_once('-').unwrap();
    let first: usize = first.parse().unwrap();
    let last = last.parse::<usize>().map_or(object.len() - 1, |last| last.min(object.len() - 1));
    if first >= object.len() {
        return refusal(StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange");
    }
    let of = [("content-range", format!("bytes {first}-{last}/{}", object.len()))];
    (StatusCode::PARTIAL_CONTENT, about, of, object[first..=last].to_vec()).into_response()
}

/// The head says the whole length, and the connection ends in the middle.
fn cut(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = body_of(body);
    parts.headers.insert("content-length", whole.len().into());
    let half = whole.slice(..whole.len() / 2);
    let pieces = [Ok(half), Err(std::io::Error::other("cut"))];
    Response::from_parts(parts, Body::from_stream(Pieces(pieces.into_iter())))
}

/// The body of an answer of ours is there at once.
fn body_of(body: Body) -> Bytes {
    let mut reading = Box::pin(to_bytes(body, 64 << 20));
    match reading.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
        std::task::Poll::Ready(bytes) => bytes.unwrap(),
        std::task::Poll::Pending => unreachable!("it is in memory"),
    }
}

struct Pieces(std::array::IntoIter<Result<Bytes, std::io::Error>, 2>);

impl futures_util::Stream for Pieces {
    type Item = Result<Bytes, std::io::Error>;

    fn poll_next(mut self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(self.0.next())
    }
}

fn check_signature(method: &str, path: &str, query: &str, headers: &HeaderMap, body: &[u8]) -> Result<(), &'static str> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().trim();
    let hash = header("x-amz-content-sha256");
    if hash != hex(&Sha256::digest(body)) {
        return Err("XAmzContentSHA256Mismatch");
    }
    let authorization = header("authorization").strip_prefix("AWS4-HMAC-SHA256 ").ok_or("AccessDenied")?;
    let fields: BTreeMap<&str, &str> = authorization.split(',').filter_map(|field| field.trim().split_once('=')).collect();
    let field = |name| fields.get(name).copied().ok_or("AuthorizationHeaderMalformed");
    let (credential, signed, signature) = (field("Credential")?, field("SignedHeaders")?, field("Signature")?);
    let (id, scope) = credential.split_once('/').ok_or("AuthorizationHeaderMalformed")?;
    if id != KEY_ID {
        return Err("InvalidAccessKeyId");
    }
    let date = scope.split('/').next().unwrap_or_default();
    if scope != format!("{date}/{REGION}/s3/aws4_request") {
        return Err("AuthorizationHeaderMalformed");
    }
    let mut pairs: Vec<String> =
        query.split('&').filter(|part| !part.is_empty()).map(|part| if part.contains('=') { part.to_owned() } else { format!("{part}=") }).collect();
    pairs.sort();
    let lines: String = signed.split(';').map(|name| format!("{name}:{}\n", header(name))).collect();
    let canonical = format!("{method}\n{path}\n{}\n{lines}\n{signed}\n{hash}", pairs.join("&"));
    let to_sign = format!("AWS4-HMAC-SHA256\n{}\n{scope}\n{}", header("x-amz-date"), hex(&Sha256::digest(canonical.as_bytes())));
    let mut key = format!("AWS4{SECRET}").into_bytes();
    for part in scope.split('/') {
        key = tag(&key, part.as_bytes());
    }
    if hex(&tag(&key, to_sign.as_bytes())) == signature { Ok(()) } else { Err("SignatureDoesNotMatch") }
}

fn tag(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
