//! The promises of a store of recordings at a carrier.

use std::time::Duration;

use ports::recording_store::{AwaitedRecording, RecordingProgress, RecordingStore};
use ports::task_store::{StoreError, TaskStore};
use telephony::{AttemptId, AudioPosition, CarrierCallId, CarrierRecordingId};

use super::{NOON, begin};

fn awaited(attempt: &AttemptId) -> AwaitedRecording {
    AwaitedRecording {
        attempt: attempt.clone(),
        carrier: "twilio".into(),
        call: CarrierCallId::new("CA1"),
        recording: None,
        progress: RecordingProgress::Wanted,
        silences: Vec::new(),
        is_heard_out: false,
        deletes_there: true,
        since: NOON,
    }
}

/// What is known of a recording grows, and is there until nothing is left to be done.
pub async fn a_recording_is_awaited_until_it_is_over(store: &(impl TaskStore + RecordingStore)) {
    let (_, attempt) = begin(store, "t1", "a1").await;
    assert_eq!(store.awaited_recordings().await.unwrap(), []);
    let first = awaited(&attempt);
    store.await_recording(&first).await.unwrap();
    let silences = vec![(AudioPosition(8_000), Some(AudioPosition(16_000))), (AudioPosition(24_000), None)];
    let recording = Some(CarrierRecordingId::new("RE1"));
    let told = AwaitedRecording { recording: recording.clone(), silences: silences.clone(), since: NOON + Duration::from_secs(9), ..first.clone() };
    store.await_recording(&told).await.unwrap();
    let heard_out = AwaitedRecording { recording: None, is_heard_out: true, ..told };
    store.await_recording(&heard_out).await.unwrap();
    let expected = AwaitedRecording { recording, silences, is_heard_out: true, ..first.clone() };
    assert_eq!(store.awaited_recordings().await.unwrap(), std::slice::from_ref(&expected), "a name that was told stays, and so does its beginning");

    assert!(store.move_recording(&attempt, RecordingProgress::Kept, NOON).await.unwrap());
    assert!(!store.move_recording(&attempt, RecordingProgress::Kept, NOON).await.unwrap(), "once");
    store.await_recording(&first).await.unwrap();
    let kept = AwaitedRecording { progress: RecordingProgress::Kept, ..expected };
    assert_eq!(store.awaited_recordings().await.unwrap(), [kept], "late news of what is kept change nothing");
    assert!(store.move_recording(&attempt, RecordingProgress::Over, NOON).await.unwrap());
    assert!(!store.move_recording(&attempt, RecordingProgress::Wanted, NOON).await.unwrap(), "it never goes back");
    store.await_recording(&first).await.unwrap();
    assert_eq!(store.awaited_recordings().await.unwrap(), []);
    let unknown = store.move_recording(&AttemptId::new("nobody"), RecordingProgress::Over, NOON).await;
    assert_eq!(unknown, Err(StoreError::NotFound));
}

/// A recording that nobody may keep is not kept, whoever has begun to fetch it.
pub async fn an_unwanted_recording_is_not_kept(store: &(impl TaskStore + RecordingStore)) {
    let (_, attempt) = begin(store, "t1", "a1").await;
    store.await_recording(&awaited(&attempt)).await.unwrap();
    store.await_recording(&AwaitedRecording { progress: RecordingProgress::Unwanted, ..awaited(&attempt) }).await.unwrap();
    store.await_recording(&awaited(&attempt)).await.unwrap();
    assert_eq!(store.awaited_recordings().await.unwrap()[0].progress, RecordingProgress::Unwanted);
    assert!(!store.move_recording(&attempt, RecordingProgress::Kept, NOON).await.unwrap());
    assert!(store.move_recording(&attempt, RecordingProgress::Over, NOON).await.unwrap());
}
