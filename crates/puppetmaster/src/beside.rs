//! What is done beside the calls for as long as the program runs: recordings that are still at the carrier are fetched, and space is
//! held for the last rows of calls on a full disk.

use std::sync::Arc;
use std::time::Duration;

use engine::late_recordings::LateRecordings;
use engine::reception::Reception;
use store::Store;
use tokio::task::JoinHandle;

/// How often messages that could not be fetched are tried again, and the ballast is looked at.
const LOOKS_EVERY: Duration = Duration::from_secs(300);

/// How long the end of a run waits for recordings that it has begun to fetch, or might. What is not here by then waits for the next start.
const LAST_FETCHES: Duration = Duration::from_secs(20);

/// Does it all until it is aborted. The reception, if there is one, has looked for its messages already.
pub fn fetch(late: Arc<LateRecordings>, reception: Option<Arc<Reception>>, store: Arc<Store>) -> JoinHandle<()> {
    tokio::spawn(async move {
        tokio::join!(late.run(), look(reception, store));
    })
}

async fn look(reception: Option<Arc<Reception>>, store: Arc<Store>) {
    loop {
        let held = store.clone();
        // Writing it takes the disk a moment.
        if tokio::task::spawn_blocking(move || held.hold_ballast()).await.is_err() {
            tracing::warn!("no space is held for the last rows of a call on a full disk");
        }
        tokio::time::sleep(LOOKS_EVERY).await;
        if let Some(reception) = &reception {
            reception.recover().await;
        }
    }
}

/// Fetches what can be fetched as the run ends: whoever makes one call at a time has no other moment.
pub async fn fetch_at_the_end(late: &LateRecordings) {
    match tokio::time::timeout(LAST_FETCHES, late.round()).await {
        Ok(Ok(round)) if round.left == 0 => {}
        Ok(Ok(round)) => tracing::warn!(recordings = round.left, "some recordings are still at the phone provider; they are fetched later"),
        Ok(Err(error)) => tracing::warn!(%error, "recordings at the phone provider could not be looked up; they are fetched later"),
        Err(_) => tracing::warn!("some recordings are still at the phone provider; they are fetched at the next start"),
    }
}
