//! Every wait and bound of a conversation, by name: a "what if" is a test with another [`Config`], not an edit.
//!
//! Times that end with the callee's silence count from their last voiced sample, times that begin with their voice
//! from its first voiced sample, so that a slower detector does not change the manners.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use telephony::dtmf::Digit;

/// All waits and bounds of a conversation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Voice over our line for this long pauses the line. 80 ms: longer than a click, and what the carrier has
    /// buffered runs dry before the callee feels talked over.
    pub pause_after: Duration,
    /// Voice over our line for this long takes the floor: the line is dropped. 200 ms: most backchannels ("mhm") are
    /// told apart by their words or are over by then, and the callee hears us stop at the pause already.
    pub confirm_after: Duration,
    /// Backchannel words ("yeah", "okay") heard over our line keep the floor ours up to this length of voice.
    pub backchannel_limit: Duration,
    /// Silence after which the words up to there are asked for. Above the gaps inside words, below any turn's end.
    pub settle_after: Duration,
    /// Silence that ends a turn whose words are complete: a question, a time, a price, yes, no, goodbye.
    pub complete_after: Duration,
    /// Silence that ends a turn of which the words do not tell, if the sound's vote says that it is finished.
    pub voted_after: Duration,
    /// Silence that ends a turn whose words are a sentence with its full stop, as long as no vote has come.
    pub likely_after: Duration,
    /// Silence that ends a turn whose words are unfinished ("we are open until") or of which nobody can tell.
    pub incomplete_after: Duration,
    /// Silence that ends a turn in which digits are read out: people breathe between the groups.
    pub digits_after: Duration,
    /// Silence that ends what a machine reads out: menus and greetings pause between sentences.
    pub machine_after: Duration,
    /// The sound's vote says "finished" from here up. 0 to 100.
    pub vote_threshold: u8,
    /// How long the ears may take for settled words before the turn ends with the words of the last interim.
    pub settle_timeout: Duration,
    /// Voice for this long without a single word is asked about: it may be music.
    pub wordless_after: Duration,
    /// The longest utterance; voice beyond it is cut here. The ears keep 30 s.
    pub utterance_limit: Duration,

    /// Silence on both sides after which the question is put again.
    pub no_input_after: Duration,
    /// Silence on both sides after the callee asked for a moment ([`crate::moves::Move::Wait`]).
    pub patience: Duration,
    /// How often a question is put again before giving up.
    pub reprompts: u8,
    /// How many callee turns a call may have.
    pub turn_limit: u16,
    /// The same words of the callee for the so-manieth time end the call: two machines are talking in a circle.
    pub loop_limit: u8,
    /// How long the mind may think before we apologise and end.
    pub thought_timeout: Duration,
    /// So long before the time limit the mind is told.
    pub time_short_before: Duration,

    /// A first utterance of this length at most, with words and nothing machine-like in them, is a person's greeting.
    pub greeting_limit: Duration,
    /// A first utterance longer than this is a machine's, unless its words are a person's question.
    pub monologue_after: Duration,
    /// Silence after a voicemail's greeting that stands for a beep that never came (or was missed).
    pub voicemail_silence: Duration,
    /// How long a voicemail may talk before we give up on its beep.
    pub voicemail_limit: Duration,
    /// Silence of both sides on hold, in a menu or at a screener before we ask or give up; people walk to the phone.
    pub machine_patience: Duration,
    /// How long we hold in all.
    pub hold_limit: Duration,
    /// How often music is listened into for a voice.
    pub hold_probe_every: Duration,
    /// How long such a look into the music is.
    pub hold_probe: Duration,
    /// How many menus are passed, repeats included, before giving up.
    pub menu_limit: u8,
    /// How often a screener is answered before giving up.
    pub screener_limit: u8,

    /// A line that has not started so long after it was asked for is taken as failed.
    pub line_start_timeout: Duration,
    /// A line is taken as played if its mark is missing for this long after it should have ended.
    pub lost_mark_slack: Duration,
    /// The slowest speech that we reckon with when a mark is missing, in milliseconds a character.
    pub slowest_millis_per_char: u32,
    /// How long the answer to [`super::Output::StopLines`] may take.
    pub stop_timeout: Duration,
    /// How long the hang-up after our goodbye waits for the callee to finish their own.
    pub farewell_patience: Duration,
    /// How often in a row lines are said again that a voice had stopped which turned out to be nothing.
    pub resay_limit: u8,
    /// How many lines may fail to be spoken before we end.
    pub failed_lines_limit: u8,
    /// The most lines of one thought; what is beyond is not said.
    pub lines_per_thought: usize,
    /// A key by which the callee may opt out at any time.
    pub opt_out_key: Option<Digit>,
}

impl Default for Config {
    fn default() -> Self {
        let ms = Duration::from_millis;
        let s = Duration::from_secs;
        Self {
            pause_after: ms(60),
            confirm_after: ms(200),
            backchannel_limit: ms(700),
            settle_after: ms(220),
            complete_after: ms(350),
            voted_after: ms(450),
            likely_after: ms(600),
            incomplete_after: ms(900),
            digits_after: ms(1_200),
            machine_after: ms(1_500),
            vote_threshold: 50,
            settle_timeout: ms(2_500),
            wordless_after: s(4),
            utterance_limit: s(25),
            no_input_after: s(6),
            patience: s(30),
            reprompts: 2,
            turn_limit: 60,
            loop_limit: 4,
            thought_timeout: s(10),
            time_short_before: s(20),
            greeting_limit: ms(2_500),
            monologue_after: s(6),
            voicemail_silence: s(2),
            voicemail_limit: s(60),
            machine_patience: s(20),
            hold_limit: s(600),
            hold_probe_every: s(10),
            hold_probe: ms(2_500),
            menu_limit: 6,
            screener_limit: 3,
            line_start_timeout: s(5),
            lost_mark_slack: s(2),
            slowest_millis_per_char: 85,
            stop_timeout: s(1),
            farewell_patience: s(3),
            resay_limit: 2,
            failed_lines_limit: 3,
            lines_per_thought: 8,
            opt_out_key: Digit::new('9'),
        }
    }
}
