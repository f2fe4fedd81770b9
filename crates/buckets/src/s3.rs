//! A bucket of S3, or of what speaks like it: MinIO, Ceph, R2, B2.
//!
//! Addresses are written path-style (`endpoint/bucket/name`), which all of them understand. Objects of more than a part go up in parts,
//! so that no object has to fit in memory; an upload that fails is aborted. Every request is signed (SigV4) with its body's hash.

use std::io::Read;
use std::ops::Range;
use std::time::Duration;

use async_trait::async_trait;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{BackoffConfig, ClientOptions, MultipartUpload, ObjectStoreExt, PutPayload, RetryConfig};
use ports::bucket::{Bucket, BucketError};
use telephony::Private;
use thiserror::Error;

/// Size of a part: S3 takes at most 10,000 of at least 5 MiB, so this carries objects of 80 GB.
const PART_BYTES: usize = 8 << 20;

/// How long a connection may take to be made.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// How long one request may take with its body: a part over a line of 2 Mbit/s.
const ANSWER_WITHIN: Duration = Duration::from_secs(40);

/// How often a request is tried again, and how long altogether: whoever waits for it at the end of a call waits no longer.
const RETRIES: usize = 2;
const RETRY_WITHIN: Duration = Duration::from_secs(15);

/// How to reach a bucket.
#[derive(Clone, Debug)]
pub struct S3Settings {
    /// `https://s3.example.org`; `None` for Amazon's own in the region.
    pub endpoint: Option<String>,
    /// Its name.
    pub bucket: String,
    /// `us-east-1`; most others than Amazon take any.
    pub region: String,
    /// Goes before every name, without a slash at its end; may be empty.
    pub prefix: String,
    /// Who asks.
    pub access_key_id: String,
    /// What requests are signed with.
    pub secret_access_key: Private<String>,
}

/// The settings name no bucket that could be asked.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("the bucket cannot be used as it is configured")]
pub struct Unusable;

/// A bucket of S3.
pub struct S3 {
    client: AmazonS3,
    prefix: String,
    place: String,
}

impl S3 {
    /// Makes the client; asks nobody yet.
    ///
    /// # Errors
    /// [`Unusable`] if the endpoint is no address.
    pub fn new(settings: &S3Settings) -> Result<Self, Unusable> {
        install_tls();
        let is_plain = settings.endpoint.as_ref().is_some_and(|endpoint| endpoint.starts_with("http://"));
        let options = ClientOptions::new().with_connect_timeout(CONNECT_WITHIN).with_timeout(ANSWER_WITHIN).with_allow_http(is_plain);
        let backoff = BackoffConfig { init_backoff: Duration::from_millis(100), max_backoff: Duration::from_secs(2), base: 2.0 };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&settings.bucket)
            .with_region(&settings.region)
            .with_access_key_id(&settings.access_key_id)
            .with_secret_access_key(settings.secret_access_key.expose())
            .with_virtual_hosted_style_request(false)
            // One request an object: not everybody knows the other way, and we delete few.
            .with_disable_bulk_delete(true)
            .with_client_options(options)
            .with_retry(RetryConfig { backoff, max_retries: RETRIES, retry_timeout: RETRY_WITHIN });
        let mut place = format!("s3://{}", settings.bucket);
        if let Some(endpoint) = &settings.endpoint {
            let endpoint = endpoint.trim_end_matches('/');
            builder = builder.with_endpoint(endpoint);
            place = format!("{endpoint}/{}", settings.bucket);
        }
        let client = builder.build().map_err(|_| Unusable)?;
        Ok(Self { client, prefix: settings.prefix.trim_matches('/').to_owned(), place })
    }

    fn path(&self, name: &str) -> Path {
        if self.prefix.is_empty() { Path::from(name) } else { Path::from(format!("{}/{name}", self.prefix)) }
    }

    async fn put_in_parts(&self, path: &Path, first: Vec<u8>, mut bytes: Box<dyn Read + Send>) -> Result<(), BucketError> {
        let mut upload = self.client.put_multipart(path).await.map_err(|error| told(&error))?;
        let done = send_parts(upload.as_mut(), first, &mut bytes).await;
        if done.is_err() && upload.abort().await.is_err() {
            tracing::debug!("an upload that failed could not be aborted; the bucket's own rules end it");
        }
        done
    }
}

/// Chooses the cryptography of TLS for the process, once. Another choice made before stays.
fn install_tls() {
    static INSTALLED: std::sync::Once = std::sync::Once::new();
    INSTALLED.call_once(|| {
        let already_chosen = rustls::crypto::ring::default_provider().install_default().is_err();
        tracing::debug!(already_chosen, "TLS is set up");
    });
}

async fn send_parts(upload: &mut dyn MultipartUpload, first: Vec<u8>, bytes: &mut Box<dyn Read + Send>) -> Result<(), BucketError> {
    let mut part = first;
    while !part.is_empty() {
        upload.put_part(PutPayload::from(part)).await.map_err(|error| told(&error))?;
        part = next_part(bytes)?;
    }
    upload.complete().await.map(drop).map_err(|error| told(&error))
}

/// Reads until a part is full or nothing more comes. Eight megabytes of a local disk: a few milliseconds.
fn next_part(bytes: &mut Box<dyn Read + Send>) -> Result<Vec<u8>, BucketError> {
    let mut part = Vec::new();
    let read = bytes.as_mut().take(PART_BYTES as u64).read_to_end(&mut part);
    read.map_err(|error| BucketError::Unreachable { what: format!("the file here cannot be read: {}", error.kind()) })?;
    Ok(part)
}

#[async_trait]
impl Bucket for S3 {
    fn place(&self, name: &str) -> String {
        format!("{}/{}", self.place, self.path(name))
    }

    async fn put(&self, name: &str, size: u64, mut bytes: Box<dyn Read + Send>) -> Result<(), BucketError> {
        let (path, first) = (self.path(name), next_part(&mut bytes)?);
        if size > first.len() as u64 {
            return self.put_in_parts(&path, first, bytes).await;
        }
        self.client.put(&path, PutPayload::from(first)).await.map(drop).map_err(|error| told(&error))
    }

    async fn size(&self, name: &str) -> Result<Option<u64>, BucketError> {
        match self.client.head(&self.path(name)).await {
            Ok(found) => Ok(Some(found.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(told(&error)),
        }
    }

    async fn read(&self, name: &str, range: Range<u64>) -> Result<Vec<u8>, BucketError> {
        let wanted = range.end.saturating_sub(range.start);
        let bytes = self.client.get_range(&self.path(name), range).await.map_err(|error| told(&error))?;
        if bytes.len() as u64 == wanted { Ok(bytes.to_vec()) } else { Err(BucketError::Missing) }
    }

    async fn delete(&self, name: &str) -> Result<(), BucketError> {
        match self.client.delete(&self.path(name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(told(&error)),
        }
    }
}

/// Says what an error means. Its own text holds addresses; of that only the bucket's code and the HTTP status are taken.
fn told(error: &object_store::Error) -> BucketError {
    let text = error.to_string();
    let code = between(&text, "<Code>", "</Code>").filter(|code| code.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let status = between(&text, "status code: ", " ").filter(|status| status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit()));
    let what = match (code, status) {
        (Some(code), _) => code.to_owned(),
        (None, Some(status)) => format!("HTTP status {status}"),
        (None, None) => "no answer".to_owned(),
    };
    let is_refused = matches!(error, object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. });
    match error {
        object_store::Error::NotFound { .. } => BucketError::Missing,
        _ if is_refused || status.is_some_and(|status| status.starts_with('4') && status != "408" && status != "429") => {
            BucketError::Refused { what }
        }
        _ => BucketError::Unreachable { what },
    }
}

fn between<'a>(text: &'a str, before: &str, behind: &str) -> Option<&'a str> {
    let rest = text.split_once(before)?.1;
    rest.split_once(behind).map(|(found, _)| found)
}
