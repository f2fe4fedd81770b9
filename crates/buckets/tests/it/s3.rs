//! The client of a bucket against a bucket on loopback that checks signatures and fails when told to.

use std::io::Cursor;

use crate::fake_s3::{BUCKET, FakeS3, Fault, KEY_ID, REGION, SECRET};
use buckets::{S3, S3Settings};
use ports::bucket::{Bucket, BucketError};
use telephony::Private;

fn settings(fake: &FakeS3) -> S3Settings {
    S3Settings {
        endpoint: Some(fake.url.clone()),
        bucket: BUCKET.into(),
        region: REGION.into(),
        prefix: "house/1".into(),
        access_key_id: KEY_ID.into(),
        secret_access_key: Private::new(SECRET.into()),
    }
}

fn opened(fake: &FakeS3) -> S3 {
    S3::new(&settings(fake)).unwrap()
}

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|n| (n % 251) as u8).collect()
}

async fn put(bucket: &S3, name: &str, bytes: &[u8]) -> Result<(), BucketError> {
    bucket.put(name, bytes.len() as u64, Box::new(Cursor::new(bytes.to_vec()))).await
}

#[tokio::test]
async fn a_small_object_goes_whole_and_a_large_one_in_parts_and_both_come_back() {
    let (fake, sizes) = (FakeS3::start(), [("empty", 0), ("small", 1_000), ("just", 8 << 20), ("large", (17 << 20) + 5)]);
    let bucket = opened(&fake);
    for (name, length) in sizes {
        let whole = bytes(length);
        put(&bucket, name, &whole).await.unwrap();
        assert_eq!(fake.shelves().objects[&format!("house/1/{name}")], whole, "{name}");
        assert_eq!(bucket.size(name).await.unwrap(), Some(length as u64));
        if length > 0 {
            assert_eq!(bucket.read(name, 100.min(length as u64 - 1)..length as u64).await.unwrap(), whole[100.min(length - 1)..]);
        }
    }
    let parts = fake.shelves().asked.iter().filter(|asked| asked.contains("partNumber")).count();
    assert_eq!((parts, fake.left().1), (3, 0), "only the largest is in parts");
    assert_eq!(bucket.place("small"), format!("{}/calls/house/1/small", fake.url));
    assert_eq!(bucket.read("small", 0..2_000).await, Err(BucketError::Missing), "it is shorter than that");
    for _ in 0..2 {
        bucket.delete("small").await.unwrap();
        assert_eq!(bucket.size("small").await.unwrap(), None);
    }
    assert_eq!(bucket.read("small", 0..10).await, Err(BucketError::Missing));
}

#[tokio::test]
async fn what_passes_is_tried_again_and_what_stays_is_told() {
    let fake = FakeS3::start();
    let bucket = opened(&fake);
    let busy = [Fault::Status(500, "InternalError"), Fault::Status(503, "SlowDown")];
    fake.shelves().faults.extend(busy);
    put(&bucket, "a", b"sealed").await.unwrap();
    fake.shelves().faults.extend([Fault::CutBody, busy[1]]);
    assert_eq!(bucket.read("a", 0..6).await.unwrap(), b"sealed", "half a body is none");
    fake.shelves().always = Some(busy[1]);
    let told = put(&bucket, "b", b"sealed").await;
    assert!(matches!(&told, Err(BucketError::Unreachable { what }) if what == "SlowDown"), "{told:?}");
    let told = put(&bucket, "c", &bytes(9 << 20)).await;
    assert!(matches!(told, Err(BucketError::Unreachable { .. })), "{told:?}");
    fake.shelves().always = None;
    assert_eq!(fake.left(), (1, 0), "what came about before is all there is");
}

#[tokio::test]
async fn an_upload_that_fails_in_the_middle_leaves_nothing() {
    let fake = FakeS3::start();
    let bucket = opened(&fake);
    // The first request opens the upload; both tries of a part after it fail for good.
    fake.shelves().faults.extend([Fault::Status(400, "EntityTooLarge")]);
    assert!(put(&bucket, "a", &bytes(9 << 20)).await.is_err());
    let gone = S3::new(&S3Settings { endpoint: Some("http://127.0.0.1:9".into()), ..settings(&fake) }).unwrap();
    assert!(matches!(put(&gone, "a", b"x").await, Err(BucketError::Unreachable { .. })));
    assert_eq!(fake.left(), (0, 0));
}

#[tokio::test]
async fn who_is_not_let_in_is_told_so_without_a_secret() {
    let fake = FakeS3::start();
    let wrong = S3Settings { secret_access_key: Private::new("another-secret".into()), ..settings(&fake) };
    let told = put(&S3::new(&wrong).unwrap(), "a", b"sealed").await.unwrap_err();
    assert_eq!(told, BucketError::Refused { what: "SignatureDoesNotMatch".into() });
    let elsewhere = S3Settings { region: "eu-central-1".into(), ..settings(&fake) };
    let told = put(&S3::new(&elsewhere).unwrap(), "a", b"sealed").await.unwrap_err();
    assert_eq!(told, BucketError::Refused { what: "AuthorizationHeaderMalformed".into() });
    let none = S3Settings { bucket: "other".into(), ..settings(&fake) };
    assert_eq!(put(&S3::new(&none).unwrap(), "a", b"sealed").await, Err(BucketError::Missing));
    assert!(!format!("{wrong:?}").contains("another-secret"));
}
