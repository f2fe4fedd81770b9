//! What the reception says by itself. Every call begins with what answers and for whom.

/// To who rang because we had rung, if there is nothing left to talk about.
pub const SETTLED: &str = "Thank you for calling back. What we called about is settled.";

/// If our own program cannot be reached by the carrier.
pub const FALLBACK: &str = "Sorry, your call cannot be taken right now. Please try again later. Goodbye.";

/// Before somebody is rung for a caller.
pub const CONNECTING: &str = "One moment please, you are being connected.";

/// If nobody can be rung, or nobody came.
pub const NOBODY_THERE: &str = "Nobody can take your call there right now.";

/// Once a stop request is on disk.
pub const NEVER_AGAIN: &str = "You will never be called by us again. Goodbye.";

/// If it is not.
pub const NOT_NOTED: &str = "Sorry, this could not be noted just now. Please call again. Goodbye.";

/// If there is no number to note.
pub const WITHHELD: &str = "Your number is withheld, so it cannot be noted. Please call again with your number shown. Goodbye.";

/// Before the beep. It says that the message is recorded.
pub const BOX: &str = "Please leave a message after the beep. Your message is recorded. To never be called by us again, press 9 after the beep.";

/// After a message.
pub const MESSAGE_TAKEN: &str = "Thank you. Your message was taken. Goodbye.";

/// After a beep that nobody answered.
pub const NO_MESSAGE: &str = "No message was heard. Goodbye.";

/// To who finds a queue full.
pub const QUEUE_FULL: &str = "Too many callers are waiting right now.";

/// To who has waited too long.
pub const WAITED_TOO_LONG: &str = "Sorry, nobody could take your call in time.";

/// To the user, before the next caller.
pub const NEXT_CALLER: &str = "You are being connected with the next caller.";

/// To the user, if nobody waits in a queue that we keep.
pub const NOBODY_WAITS: &str = "Nobody waits right now. The next caller is connected with you.";

/// To the user's telephone, which somebody must hold: a voicemail presses no key.
pub const SOMEBODY_WAITS: &str = "Somebody waits for you. To take the call, press 1.";

/// To the user's telephone, if who waited has hung up as it was picked up.
pub const NOBODY_WAITS_ANY_MORE: &str = "Who waited for you has just hung up. Goodbye.";

/// To the user, if there is neither a queue nor a room.
pub const NOTHING_TO_TAKE: &str = "There is no queue and no meeting. Goodbye.";

/// To who comes into a room, before anybody hears them.
pub const MEETING: &str = "You are entering the meeting. Press star to leave it.";

/// The same, if the user must come first.
pub const MEETING_WAITS: &str = "If you hear music, the meeting has not begun yet. Press star to leave it.";

/// To who has left a room, or whose meeting is over.
pub const MEETING_LEFT: &str = "You have left the meeting. Goodbye.";

/// Returns what the user may choose, each with its key.
pub fn choices(choices: &[(char, String)]) -> String {
    choices.iter().map(|(key, what)| format!("{what}, press {key}.")).collect::<Vec<_>>().join(" ")
}

/// Returns the first words of a call: what answers, and for whom.
pub fn greeting(principal: &str) -> String {
    let principal = match principal.trim().trim_end_matches('.') {
        "" => "a customer",
        name => name,
    };
    format!("Hello, this is the automated assistant of {principal}.")
}

/// Returns what is heard on and on by who waits.
pub fn position(position: u32) -> String {
    match position {
        0 | 1 => "You are next.".to_owned(),
        other => format!("You are number {other} in the queue."),
    }
}
