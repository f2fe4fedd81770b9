//! Menus that we serve to people who ring our number: "for opening hours press 1 or say hours".
//!
//! Pure: [`Menus::next`] takes where a caller is and what was heard, and says what is said and done next. It keeps nothing
//! between two questions: the [`Place`] travels in the address that the carrier asks, so a question that is asked twice has
//! the same answer. The file is read by the configuration; who dials, records or writes down is the engine's reception.
//!
//! Two things are in every menu whatever its author wrote: "to never be called again, press 9" ([`NEVER_AGAIN`]), and an end
//! to a caller who says nothing ([`Menu::tries`]).

use std::collections::BTreeMap;
use std::time::Duration;

use telephony::dtmf::Digit;
use telephony::{PhoneNumber, Private};

/// The key that means "never call me again" in every menu, and that no option may have.
pub const NEVER_AGAIN: char = '9';

/// What every menu says last.
pub const NEVER_AGAIN_LINE: &str = "To never be called by us again, press 9.";

/// Words that mean the same. All of a group must be heard: "please never call me again".
const NEVER_AGAIN_WORDS: [&[&str]; 6] =
    [&["never", "call"], &["stop", "calling"], &["don't", "call"], &["do", "not", "call"], &["take", "off", "list"], &["remove", "list"]];

/// All menus of an installation. Every menu that is named exists, and every queue and room is declared.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Menus {
    /// Where a call begins.
    pub start: String,
    /// The menus by name. Names hold lower-case letters, digits, `-` and `_`, so that they can stand in an address.
    pub menus: BTreeMap<String, Menu>,
    /// The queues by name, with the same letters.
    pub queues: BTreeMap<String, Queue>,
    /// The rooms by name, with the same letters.
    pub rooms: BTreeMap<String, Room>,
}

/// One menu.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Menu {
    /// What is said on entering it.
    pub say: String,
    /// What can be chosen, in the order of the file.
    pub options: Vec<MenuOption>,
    /// How long is listened after the last word.
    pub timeout: Duration,
    /// How often is asked before `at_last` is done: 1 to 9.
    pub tries: u8,
    /// What is said to who said nothing, before the menu is said again.
    pub no_input: String,
    /// What is said to who chose what there is not.
    pub invalid: String,
    /// What is done once all tries are used up.
    pub at_last: Action,
}

/// One thing that can be chosen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MenuOption {
    /// The key, if it has one; never [`NEVER_AGAIN`].
    pub key: Option<Digit>,
    /// Words of which any chooses it, in lower case: "sales", "opening hours".
    pub words: Vec<String>,
    /// What then.
    pub action: Action,
}

/// What a choice leads to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Action {
    /// Another menu, or the same one again.
    GoTo(String),
    /// Say this and hang up.
    Say(String),
    /// Ring somebody and connect the two.
    Forward(Forward),
    /// Wait in a queue.
    Queue(String),
    /// Meet others in a room.
    Room(String),
    /// Leave a message.
    Message,
    /// Say goodbye and hang up.
    End,
}

/// Whom to ring for a caller. `Debug` masks the number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Forward {
    /// Whom.
    pub number: PhoneNumber,
    /// How long it may ring.
    pub ring_for: Duration,
    /// When the two are parted.
    pub time_limit: Duration,
}

/// A queue in which callers wait for the user.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Queue {
    /// How many may wait; who comes then leaves a message.
    pub most: u32,
    /// How long one waits before leaving a message.
    pub longest_wait: Duration,
}

impl Default for Queue {
    fn default() -> Self {
        Self { most: 5, longest_wait: Duration::from_secs(600) }
    }
}

/// A room in which callers meet each other and the user.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Room {
    /// When the meeting begins.
    pub starts: RoomStart,
    /// When it ends for all.
    pub ends: RoomEnd,
}

impl Default for Room {
    fn default() -> Self {
        Self { starts: RoomStart::WithTheUser, ends: RoomEnd::WithTheUser }
    }
}

/// When a meeting begins. Who comes earlier waits with music.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RoomStart {
    /// Once the user is there.
    WithTheUser,
    /// With the second who comes.
    AtOnce,
}

/// When a meeting ends for all. Whoever leaves earlier leaves alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RoomEnd {
    /// Once the user leaves.
    WithTheUser,
    /// With the last who leaves.
    WithTheLast,
}

/// Where a caller is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Place {
    /// In which menu.
    pub menu: String,
    /// How often this menu was answered with nothing or with what there is not.
    pub misses: u8,
}

/// What was heard.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Heard {
    /// Nothing was asked yet.
    Nothing,
    /// Nothing, although it was asked.
    Silence,
    /// A key.
    Key(Digit),
    /// Words.
    Words(Private<String>),
}

/// What is said and done next.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// What is said first.
    pub lines: Vec<String>,
    /// What is done then.
    pub then: Then,
}

/// What is done next.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Then {
    /// Listen, and ask again with what was heard.
    Listen {
        /// Where the caller is then.
        at: Place,
        /// How long.
        timeout: Duration,
    },
    /// Ring somebody and connect the two.
    Forward(Forward),
    /// Let the caller wait in a queue.
    Queue(String),
    /// Let the caller into a room.
    Room(String),
    /// Take a message.
    Message,
    /// Write down that this number is never called again, and only then say so.
    NeverAgain,
    /// Hang up.
    HangUp,
}

impl Menus {
    /// Returns where a call begins.
    pub fn beginning(&self) -> Place {
        Place { menu: self.start.clone(), misses: 0 }
    }

    /// Returns what comes next for a caller at a place who was heard so.
    ///
    /// A place that does not exist, from an address of an older file, is the beginning.
    pub fn next(&self, at: &Place, heard: &Heard) -> Step {
        let Some(menu) = self.menus.get(&at.menu) else {
            return self.enter(&self.start, Vec::new());
        };
        let missed = |first: &str| self.missed(menu, at, first);
        match heard {
            Heard::Nothing => self.listen(menu, Place { misses: 0, ..at.clone() }, Vec::new()),
            Heard::Silence => missed(&menu.no_input),
            Heard::Key(key) if key.as_char() == NEVER_AGAIN => Step { lines: Vec::new(), then: Then::NeverAgain },
            Heard::Key(key) => match menu.options.iter().find(|option| option.key == Some(*key)) {
                Some(option) => self.act(&option.action, Vec::new()),
                None => missed(&menu.invalid),
            },
            Heard::Words(words) => {
                let words = Spoken::of(words.expose());
                if words.asks_for_no_more_calls() {
                    return Step { lines: Vec::new(), then: Then::NeverAgain };
                }
                match words.choice(&menu.options) {
                    Some(option) => self.act(&option.action, Vec::new()),
                    None => missed(&menu.invalid),
                }
            }
        }
    }

    fn act(&self, action: &Action, mut lines: Vec<String>) -> Step {
        let then = match action {
            Action::GoTo(name) => return self.enter(name, lines),
            Action::Say(text) => {
                lines.push(text.clone());
                Then::HangUp
            }
            Action::Forward(forward) => Then::Forward(forward.clone()),
            Action::Queue(name) => Then::Queue(name.clone()),
            Action::Room(name) => Then::Room(name.clone()),
            Action::Message => Then::Message,
            Action::End => {
                lines.push("Goodbye.".to_owned());
                Then::HangUp
            }
        };
        Step { lines, then }
    }

    fn enter(&self, name: &str, lines: Vec<String>) -> Step {
        match self.menus.get(name) {
            Some(menu) => self.listen(menu, Place { menu: name.to_owned(), misses: 0 }, lines),
            // Checked when the file was read; a caller must not pay for our mistake.
            None => Step { lines, then: Then::Message },
        }
    }

    fn listen(&self, menu: &Menu, at: Place, mut lines: Vec<String>) -> Step {
        lines.extend([menu.say.clone(), NEVER_AGAIN_LINE.to_owned()]);
        Step { lines, then: Then::Listen { at, timeout: menu.timeout } }
    }

    fn missed(&self, menu: &Menu, at: &Place, first: &str) -> Step {
        let misses = at.misses.saturating_add(1);
        if misses >= menu.tries {
            return match &menu.at_last {
                // A menu that leads to itself at last would never end.
                Action::GoTo(name) if *name == at.menu => self.act(&Action::End, Vec::new()),
                action => self.act(action, Vec::new()),
            };
        }
        self.listen(menu, Place { misses, ..at.clone() }, vec![first.to_owned()])
    }
}

/// A caller's words, taken apart.
struct Spoken(Vec<String>);

impl Spoken {
    fn of(text: &str) -> Self {
        let text = text.to_lowercase().replace('’', "'");
        let words = text.split(|c: char| !(c.is_alphanumeric() || c == '\''));
        Self(words.filter(|word| !word.is_empty()).map(str::to_owned).collect())
    }

    fn asks_for_no_more_calls(&self) -> bool {
        NEVER_AGAIN_WORDS.iter().any(|group| group.iter().all(|word| self.0.iter().any(|said| said == word))) || self.key() == Digit::new(NEVER_AGAIN)
    }

    /// Returns the option whose words or whose spoken key they hold; the longest phrase wins, then the first in the file.
    fn choice<'a>(&self, options: &'a [MenuOption]) -> Option<&'a MenuOption> {
        let longest = |option: &MenuOption| option.words.iter().filter_map(|phrase| self.holds(phrase)).max();
        let by_words = options.iter().rev().filter_map(|option| longest(option).map(|length| (length, option))).max_by_key(|(length, _)| *length);
        by_words.map(|(_, option)| option).or_else(|| {
            let key = self.key()?;
            options.iter().find(|option| option.key == Some(key))
        })
    }

    /// Returns how many words a phrase has, if they stand here in its order.
    fn holds(&self, phrase: &str) -> Option<usize> {
        let Self(wanted) = Self::of(phrase);
        let stands = |window: &[String]| window.iter().zip(&wanted).all(|(said, word)| is_same_word(said, word));
        let is_here = !wanted.is_empty() && self.0.windows(wanted.len()).any(stands);
        is_here.then_some(wanted.len())
    }

    /// Returns the key that they name: "two", "number two please", "press 2". More than a few words name none.
    fn key(&self) -> Option<Digit> {
        const NAMES: [(&str, char); 23] = [
            ("zero", '0'),
            ("oh", '0'),
            ("one", '1'),
            ("two", '2'),
            ("three", '3'),
            ("four", '4'),
            ("five", '5'),
            ("six", '6'),
            ("seven", '7'),
            ("eight", '8'),
            ("nine", '9'),
            ("0", '0'),
            ("1", '1'),
            ("2", '2'),
            ("3", '3'),
            ("4", '4'),
            ("5", '5'),
            ("6", '6'),
            ("7", '7'),
            ("8", '8'),
            ("9", '9'),
            ("star", '*'),
            ("pound", '#'),
        ];
        if self.0.len() > 4 {
            return None;
        }
        let mut named = self.0.iter().filter_map(|word| NAMES.iter().find(|(name, _)| name == word)).map(|(_, key)| *key);
        let first = named.next()?;
        // Two different keys choose nothing.
        named.all(|other| other == first).then(|| Digit::new(first)).flatten()
    }
}

/// Who says one of a thing, or several, or is heard so, means the same.
fn is_same_word(said: &str, word: &str) -> bool {
    let one = |word: &str| word.strip_suffix('s').unwrap_or(word).to_owned();
    said == word || one(said) == one(word)
}

#[cfg(test)]
mod tests;
