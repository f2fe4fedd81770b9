//! Recordings that carriers made of our calls and that a call could not wait for: fetched later, or deleted where they lie.
//!
//! A crash, a full disk or a carrier that is out of reach leaves a row that says what is still to be done with a recording
//! ([`ports::recording_store`]). They are looked at as the program starts and from time to time while it runs, until the carrier has
//! none of a call any more. A call that somebody leads is left to them.

use std::sync::Arc;
use std::time::Duration;

use ::assistant::dialing;
use dialogue::card_digits::{CardWatch, Side};
use dialogue::transcript::{Speaker, Turn};
use ports::carrier::{Carrier, CarrierError, RecordingState};
use ports::clock::Clock;
use ports::policy_store::PolicyStore;
use ports::recording_store::{AwaitedRecording, RecordingProgress, RecordingStore};
use ports::recording_vault::{ObjectKind, RecordingVault, VaultError};
use ports::task_store::{StoreError, TaskStore};
use telephony::recording::{RecordingBasis, RecordingGrant};
use telephony::{AudioPosition, CarrierRecordingId};
use tokio::sync::Mutex;

use crate::carrier_recording::{AROUND, delete_there, fetch, put_away};
use crate::directory::Directory;

/// The first wait before a carrier is asked again; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(5);

/// No wait is longer.
const LONGEST_WAIT: Duration = Duration::from_secs(600);

/// While nothing is awaited the store is looked at once a minute: one query.
const LOOKS_WHILE_IDLE: Duration = Duration::from_secs(60);

/// A carrier that lists no recording of a call so long after it began has none any more, or never had: the longest call lasts an hour,
/// and a recording is listed minutes after its end.
pub(crate) const LISTED_WITHIN: Duration = Duration::from_secs(2 * 3_600);

/// What a round came to.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct LateRound {
    /// Recordings that lie in the vault now.
    pub kept: u32,
    /// Recordings that the carrier has not, or not any more.
    pub gone: u32,
    /// Recordings of which something is still to be done.
    pub left: u32,
}

/// What became of one recording.
enum Step {
    Kept,
    Gone,
    Left,
    /// There is no room; nor is there for the others.
    DiskFull,
}

/// Where all of it lies, and who has it.
pub struct LateRecordings {
    /// What is to be done.
    pub recordings: Arc<dyn RecordingStore>,
    /// The words of the calls.
    pub store: Arc<dyn TaskStore>,
    /// The disk.
    pub policy: Arc<dyn PolicyStore>,
    /// Bytes that stay free: a recording must not take the room in which calls are written down.
    pub least_free_bytes: u64,
    /// Who may have made a recording.
    pub carriers: Vec<Arc<dyn Carrier>>,
    /// Where they are kept.
    pub vault: Arc<dyn RecordingVault>,
    /// Live calls.
    pub directory: Arc<Directory>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Why they may be kept: what held for their calls.
    pub basis: RecordingBasis,
    /// Whose turn it is: one round at a time.
    pub turn: Mutex<()>,
}

impl LateRecordings {
    /// Does what is to be done, now and again, until it is dropped.
    pub async fn run(&self) {
        let mut wait = FIRST_WAIT;
        loop {
            let left = match self.round().await {
                Ok(round) => round.left > 0,
                Err(error) => {
                    tracing::warn!(%error, "recordings at the carrier cannot be looked up; it is tried again");
                    true
                }
            };
            tokio::time::sleep(if left { wait } else { LOOKS_WHILE_IDLE }).await;
            wait = if left { (wait * 2).min(LONGEST_WAIT) } else { FIRST_WAIT };
        }
    }

    /// Does what can be done now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn round(&self) -> Result<LateRound, StoreError> {
        let _turn = self.turn.lock().await;
        let mut round = LateRound::default();
        let awaited = self.recordings.awaited_recordings().await?;
        for recording in awaited.iter().filter(|recording| !self.directory.holds(&recording.attempt)) {
            match self.settle(recording).await? {
                Step::Kept => round.kept += 1,
                Step::Gone => round.gone += 1,
                Step::Left => round.left += 1,
                Step::DiskFull => {
                    tracing::warn!("there is no room for a recording; it stays at the carrier, and is fetched once there is");
                    round.left += 1;
                    break;
                }
            }
        }
        if round != LateRound::default() {
            tracing::info!(?round, "recordings at the carrier were looked after");
        }
        Ok(round)
    }

    async fn settle(&self, awaited: &AwaitedRecording) -> Result<Step, StoreError> {
        // Whoever made it may not be in use any more; then nobody is left to ask.
        let Some(carrier) = self.carriers.iter().find(|carrier| carrier.name() == awaited.carrier) else {
            return Ok(Step::Left);
        };
        let found = match carrier.find_recordings(&awaited.call).await {
            Ok(found) => found,
            // It knows of no such call.
            Err(CarrierError::Rejected { .. }) => Vec::new(),
            Err(error) => {
                tracing::debug!(%error, "a carrier does not say which recordings it has");
                return Ok(Step::Left);
            }
        };
        match awaited.progress {
            RecordingProgress::Wanted => self.fetch(awaited, carrier, &found).await,
            RecordingProgress::Kept if !awaited.deletes_there && awaited.silences.is_empty() => self.over(awaited, Step::Kept).await,
            RecordingProgress::Kept => self.delete(awaited, carrier, &found, Step::Kept).await,
            RecordingProgress::Unwanted => self.delete(awaited, carrier, &found, Step::Gone).await,
            RecordingProgress::Over => Ok(Step::Gone),
        }
    }

    async fn fetch(
        &self,
        awaited: &AwaitedRecording,
        carrier: &Arc<dyn Carrier>,
        found: &[(CarrierRecordingId, RecordingState)],
    ) -> Result<Step, StoreError> {
        // What a crash left behind after the last byte and before its row is not fetched again.
        if self.is_in_vault(awaited) {
            return self.kept(awaited, carrier, found).await;
        }
        let mut ready = found.iter().filter(|(_, state)| *state == RecordingState::Ready).map(|(recording, _)| recording);
        let Some(recording) = ready.clone().find(|recording| awaited.recording.as_ref() == Some(*recording)).or_else(|| ready.next()) else {
            let is_being_made = found.iter().any(|(_, state)| *state == RecordingState::Running);
            let may_come = found.is_empty() && self.clock.now() < awaited.since + LISTED_WITHIN;
            return if is_being_made || may_come { Ok(Step::Left) } else { self.over(awaited, Step::Gone).await };
        };
        if !dialing::check_disk(self.policy.disk().await?, self.least_free_bytes).is_empty() {
            return Ok(Step::DiskFull);
        }
        let mut fetched = match fetch(carrier.as_ref(), recording).await {
            Ok(fetched) => fetched,
            Err(error) => {
                tracing::debug!(%error, "a recording could not be fetched; it is tried again");
                return Ok(Step::Left);
            }
        };
        let mut silences = awaited.silences.clone();
        if !awaited.is_heard_out {
            silences.push((unheard_from(&self.store.turns(&awaited.attempt).await?), None));
        }
        fetched.silence(&silences, AROUND);
        let grant = RecordingGrant::after_notice(self.basis);
        let put = match self.vault.create(&awaited.attempt, ObjectKind::Recording) {
            Ok(sink) => put_away(&grant, sink, &fetched.bytes).await,
            Err(error) => Err(error),
        };
        match put {
            Ok(()) => self.kept(awaited, carrier, found).await,
            Err(error) => {
                tracing::warn!(%error, "a recording could not be kept; it is still at the carrier, and tried again");
                self.discard(awaited);
                Ok(if error == VaultError::Full { Step::DiskFull } else { Step::Left })
            }
        }
    }

    /// It lies in the vault. If it was erased meanwhile, nothing of it stays there.
    async fn kept(
        &self,
        awaited: &AwaitedRecording,
        carrier: &Arc<dyn Carrier>,
        found: &[(CarrierRecordingId, RecordingState)],
    ) -> Result<Step, StoreError> {
        if !self.recordings.move_recording(&awaited.attempt, RecordingProgress::Kept, self.clock.now()).await? {
            self.discard(awaited);
            return Ok(Step::Left);
        }
        if awaited.deletes_there || !awaited.silences.is_empty() || !awaited.is_heard_out {
            return self.delete(awaited, carrier, found, Step::Kept).await;
        }
        self.over(awaited, Step::Kept).await
    }

    /// Deletes what the carrier has of a call. What is still being made there is deleted later.
    async fn delete(
        &self,
        awaited: &AwaitedRecording,
        carrier: &Arc<dyn Carrier>,
        found: &[(CarrierRecordingId, RecordingState)],
        then: Step,
    ) -> Result<Step, StoreError> {
        let mut is_gone = !found.iter().any(|(_, state)| *state == RecordingState::Running);
        for (recording, _) in found.iter().filter(|(_, state)| *state == RecordingState::Ready) {
            is_gone &= delete_there(carrier, recording).await;
        }
        // What is not wanted may not be listed yet.
        let may_come = awaited.progress == RecordingProgress::Unwanted && found.is_empty() && self.clock.now() < awaited.since + LISTED_WITHIN;
        if is_gone && !may_come { self.over(awaited, then).await } else { Ok(Step::Left) }
    }

    async fn over(&self, awaited: &AwaitedRecording, then: Step) -> Result<Step, StoreError> {
        self.recordings.move_recording(&awaited.attempt, RecordingProgress::Over, self.clock.now()).await?;
        Ok(then)
    }

    fn is_in_vault(&self, awaited: &AwaitedRecording) -> bool {
        let is_it = |object: &ports::recording_vault::StoredObject| object.attempt == awaited.attempt && object.kind == ObjectKind::Recording;
        self.vault.list().is_ok_and(|objects| objects.iter().any(|object| is_it(object) && object.is_finished))
    }

    fn discard(&self, awaited: &AwaitedRecording) {
        if let Err(error) = self.vault.delete(&awaited.attempt, ObjectKind::Recording) {
            tracing::warn!(%error, "a part of a recording could not be deleted; the next try replaces it");
        }
    }
}

/// Returns from where on nobody has listened for the digits of a payment card: behind the last words that were written down, or where
/// digits begin that were not heard to their end.
fn unheard_from(turns: &[Turn]) -> AudioPosition {
    let mut cards = CardWatch::default();
    for turn in turns {
        let side = if matches!(turn.speaker, Speaker::Callee(_)) { Side::Callee } else { Side::Us };
        cards.hear(side, &turn.text, turn.from);
    }
    let last = turns.iter().map(|turn| turn.to).max().unwrap_or(AudioPosition::ZERO);
    cards.open_from().map_or(last, |from| from.min(last))
}

#[cfg(test)]
mod tests {
    use telephony::{LineId, UtteranceId};

    use super::*;

    fn turn(speaker: Speaker, text: &str, from_second: u64, to_second: u64) -> Turn {
        let at = |second: u64| AudioPosition::from_millis(second * 1_000);
        Turn { speaker, text: text.to_owned(), from: at(from_second), to: at(to_second), confidence: 95, was_interrupted: false }
    }

    #[test]
    fn what_nobody_heard_out_stays_silent() {
        let ours = turn(Speaker::Assistant(LineId(1)), "Hello, what time do you close?", 0, 4);
        let told = turn(Speaker::Callee(UtteranceId(1)), "Good morning.", 5, 6);
        let digits = turn(Speaker::Callee(UtteranceId(2)), "My card is 4 1 1 1 1 1 1 1", 7, 11);
        assert_eq!(unheard_from(&[]), AudioPosition::ZERO, "not a word was written down");
        assert_eq!(unheard_from(&[ours.clone(), told.clone()]), AudioPosition::from_millis(6_000));
        let from = unheard_from(&[ours, told, digits]);
        assert!((AudioPosition::from_millis(6_000)..AudioPosition::from_millis(11_000)).contains(&from), "{from:?}: the card had begun");
    }
}
