//! Carrying out what must not be recorded, and what is left of the recording when the call is over.

use std::time::Duration;

use ports::recording_vault::VaultError;

use super::CallDriver;
use crate::live::LiveEvent;
use crate::recorder::Recorder;
use crate::recording_guard::RecordingNews;

/// What became of a call's recording.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Recorded {
    /// There is none.
    No,
    /// It was kept.
    Kept {
        /// How much of it was silenced because digits of a payment card were said there.
        silenced: Duration,
    },
    /// The callee did not want it, and what there was of it was deleted.
    Deleted,
    /// It is still at the carrier, and is fetched from there later.
    AtCarrier {
        /// Why it is not here.
        because: NotYet,
    },
}

/// Why a recording that the carrier made is not here yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotYet {
    /// It was not ready in time.
    NotReady,
    /// It could not be fetched, or not whole.
    NotFetched,
    /// There is no room for it.
    DiskFull,
    /// The vault did not take it.
    NotKept,
}

impl NotYet {
    pub(crate) fn of(error: &VaultError) -> Self {
        match error {
            VaultError::Full => Self::DiskFull,
            VaultError::Damaged | VaultError::WrongKey | VaultError::Bucket(_) | VaultError::Unavailable { .. } => Self::NotKept,
        }
    }

    /// Returns it in words, for people.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::NotReady => "it was not ready in time",
            Self::NotFetched => "it could not be fetched",
            Self::DiskFull => "the disk is full",
            Self::NotKept => "it could not be kept here",
        }
    }
}

impl Recorded {
    /// Returns whether there is a recording to listen to.
    pub const fn is_kept(self) -> bool {
        matches!(self, Self::Kept { .. })
    }
}

impl CallDriver {
    /// Does what the words of the call ask for, wherever it is recorded.
    pub(super) fn heed_the_guard(&mut self) {
        let news = self.guard.take_news();
        let is_news = !news.is_empty();
        for news in news {
            match news {
                RecordingNews::Paused => self.change_at_carrier(false),
                RecordingNews::GoesOn => self.change_at_carrier(true),
                RecordingNews::Deleted => self.give_recording_up(),
            }
            self.tell(LiveEvent::Recording { news });
        }
        if is_news {
            self.await_recording(false);
        }
    }

    /// For good, and at once: what is on disk is deleted while the call goes on.
    fn give_recording_up(&mut self) {
        self.facts.recording_refused = true;
        self.make_recorder = None;
        self.change_at_carrier(false);
        let recorder = self.recorder.take().or_else(|| self.lane.as_mut().and_then(|lane| lane.take_recorder()));
        let (Some(recorder), Some(delete)) = (recorder, self.delete_recording.take()) else {
            return;
        };
        let rules = self.guard.rules().clone();
        self.deleting = Some(tokio::spawn(async move {
            // Whoever writes it must have let go of it.
            recorder.finish(&rules).await;
            delete();
        }));
    }

    /// Has the carrier's recording pause or go on, where the carrier records. What it holds until it hears of a pause is silenced
    /// in our copy, which is then the only one.
    fn change_at_carrier(&self, goes_on: bool) {
        let is_there = self.carrier_recording.is_some() && self.text.is_some();
        let Some(call) = self.call.carrier_call().filter(|_| is_there).cloned() else {
            return;
        };
        let carrier = self.ports.carrier.clone();
        tokio::spawn(async move {
            let done = if goes_on { carrier.resume_recording(&call).await } else { carrier.pause_recording(&call).await };
            match done {
                Ok(()) => {}
                Err(error) if goes_on => tracing::warn!(%error, "the carrier's recording could not go on; the rest of the call is not recorded"),
                Err(error) => tracing::warn!(%error, "the carrier's recording could not be paused; it is silenced once it is fetched"),
            }
        });
    }

    /// The call is over: ends the recording, here or at the carrier.
    pub(super) async fn finish_recording(&mut self) -> Recorded {
        if let Some(deleting) = self.deleting.take()
            && deleting.await.is_err()
        {
            tracing::error!("a recording that the callee did not want could not be deleted");
        }
        let recorded = match self.recorder.take() {
            Some(recorder) => self.finish_own(recorder).await,
            None => self.keep_carrier_recording().await,
        };
        if self.facts.recording_refused { Recorded::Deleted } else { recorded }
    }

    async fn finish_own(&mut self, recorder: Recorder) -> Recorded {
        let rules = self.guard.rules();
        let silenced = recorder.finish(rules).await;
        if !rules.records_anything() {
            // A call without a word of ours: the notice never began.
            if let Some(delete) = self.delete_recording.take() {
                delete();
            }
            return Recorded::No;
        }
        silenced.map_or(Recorded::No, |silenced| Recorded::Kept { silenced })
    }
}
