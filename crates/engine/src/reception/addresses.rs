//! Where the carrier asks our reception. The server's routes are made of the same pieces.

use ::assistant::menu::Place;

/// The path below our origin under which the reception is asked.
pub const PATH: &str = "/carrier/inbound";

/// The path of the music that is heard in a queue. Open to everybody: carriers sign questions, not the fetching of sounds.
pub const MUSIC_PATH: &str = "/sounds/waiting.wav";

/// The addresses of a reception.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReceptionAddresses {
    origin: String,
}

impl ReceptionAddresses {
    /// Returns the addresses under an origin, which has no slash at its end.
    pub fn under(origin: &str) -> Self {
        Self { origin: origin.to_owned() }
    }

    /// Asked when somebody rings.
    pub fn incoming(&self) -> String {
        format!("{}{PATH}", self.origin)
    }

    /// Asked if that fails.
    pub fn fallback(&self) -> String {
        format!("{}{PATH}/fallback", self.origin)
    }

    /// Told of the end.
    pub fn status(&self) -> String {
        format!("{}{PATH}/status", self.origin)
    }

    /// Asked what comes after a menu.
    pub fn menu(&self, at: &Place) -> String {
        format!("{}{PATH}/menu/{}/{}", self.origin, at.menu, at.misses)
    }

    /// Asked once a caller is not connected any more.
    pub fn forwarded(&self) -> String {
        format!("{}{PATH}/forwarded", self.origin)
    }

    /// Asked once a message was taken.
    pub fn message(&self) -> String {
        format!("{}{PATH}/message", self.origin)
    }

    /// Told of a message's recording.
    pub fn recording(&self) -> String {
        format!("{}{PATH}/recording", self.origin)
    }

    /// Asked what is heard in a queue.
    pub fn waiting(&self, queue: &str) -> String {
        format!("{}{PATH}/queue/{queue}/wait", self.origin)
    }

    /// Asked once somebody does not wait any more.
    pub fn left(&self, queue: &str) -> String {
        format!("{}{PATH}/queue/{queue}/left", self.origin)
    }

    /// Asked, again and again, by who waits in a queue that we keep.
    pub fn in_line(&self, queue: &str) -> String {
        format!("{}{PATH}/queue/{queue}/line", self.origin)
    }

    /// Asked by who was taken out of it.
    pub fn meets(&self, queue: &str) -> String {
        format!("{}{PATH}/queue/{queue}/meets", self.origin)
    }

    /// Asked by the user, who waits for its next caller and has heard so many rounds of music.
    pub fn next_in_line(&self, queue: &str, round: u32) -> String {
        format!("{}{PATH}/queue/{queue}/next/{round}", self.origin)
    }

    /// Asked when the user's telephone was answered, and (`asked`) once they have heard that somebody waits.
    pub fn operator(&self, queue: &str, asked: bool) -> String {
        format!("{}{PATH}/operator/{queue}/{}", self.origin, u8::from(asked))
    }

    /// Asked once the user, who has rung us, has heard what they may choose.
    pub fn chosen(&self) -> String {
        format!("{}{PATH}/chosen", self.origin)
    }

    /// Told of the user's leg.
    pub fn operator_status(&self) -> String {
        format!("{}{PATH}/operator-status", self.origin)
    }

    /// Asked once the user and a caller have parted.
    pub fn served(&self) -> String {
        format!("{}{PATH}/served", self.origin)
    }

    /// The music.
    pub fn music(&self) -> String {
        format!("{}{MUSIC_PATH}", self.origin)
    }
}
