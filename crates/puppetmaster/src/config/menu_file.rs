//! Reads the file with the menus for callers, and reports all that is wrong with it at once, each with its place.
//!
//! What comes back cannot be wrong any more: every menu and queue that is named exists, no key stands for two things, and
//! none takes the key that means "never call me again".

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use assistant::menu::{Action, Forward, Menu, MenuOption, Menus, NEVER_AGAIN, Queue, Room, RoomEnd, RoomStart};
use telephony::PhoneNumber;
use telephony::dtmf::Digit;

use super::nearest::nearest;
use super::problem::{BAD_VALUE, MISSING_KEY, OUT_OF_RANGE, Origin, Problem, UNKNOWN_KEY, WRONG_TYPE};
use super::yaml::{self, Content, Entry, Node, Place};

const TOP: &[&str] = &["start", "menus", "queues", "rooms"];
const MENU: &[&str] = &["say", "options", "timeout_seconds", "tries", "no_input", "invalid", "at_last"];
const ACTIONS: &[&str] = &["menu", "say", "forward", "queue", "room", "message", "end"];
const OPTION: &[&str] = &["key", "words", "menu", "say", "forward", "queue", "room", "message", "end"];
const FORWARD: &[&str] = &["number", "ring_seconds", "limit_seconds"];
const QUEUE: &[&str] = &["most", "longest_wait_seconds"];
const ROOM: &[&str] = &["starts", "ends"];

/// The longest text that is said at once: a minute and a half of speech.
const LONGEST_TEXT: usize = 1_000;

/// Returns the menus of a file, or all that is wrong with it.
///
/// # Errors
/// Every problem with its place in the file.
pub fn read(path: &Path, text: &str) -> Result<Menus, Vec<Problem>> {
    let mut reader = Reader { path, problems: Vec::new(), names: BTreeMap::new() };
    let tree = match yaml::parse(text) {
        Ok(tree) => tree,
        Err(error) => {
            let at = reader.at(error.at.unwrap_or_default());
            return Err(vec![Problem::new(error.entry, at, error.what)]);
        }
    };
    match (reader.menus(&tree), reader.problems.is_empty()) {
        (Some(menus), true) => Ok(menus),
        _ => Err(reader.problems),
    }
}

struct Reader<'a> {
    path: &'a Path,
    problems: Vec<Problem>,
    /// What is declared, by the section it stands in.
    names: BTreeMap<&'static str, Vec<String>>,
}

impl Reader<'_> {
    fn menus(&mut self, tree: &Node) -> Option<Menus> {
        let top = self.section(tree, "the file", TOP)?;
        let listed = |entries: Option<&Entry>| match entries.map(|entry| &entry.node.content) {
            Some(Content::Section(entries)) => entries.iter().map(|entry| entry.key.clone()).collect(),
            _ => Vec::new(),
        };
        self.names = ["menus", "queues", "rooms"].map(|section| (section, listed(find(top, section)))).into();
        let queues = self.named(find(top, "queues"), "queues", Self::queue);
        let rooms = self.named(find(top, "rooms"), "rooms", Self::room);
        let Some(entry) = find(top, "menus") else {
            self.problem(&MISSING_KEY, tree.at, "there is no `menus`", "Write at least one menu below `menus:`; docs/inbound.md shows how.");
            return None;
        };
        let menus = self.named(Some(entry), "menus", Self::menu);
        let start = match find(top, "start") {
            Some(entry) => self.reference(&entry.node, "start", "menus")?,
            None if menus.len() == 1 => menus.keys().next()?.clone(),
            None => {
                self.problem(&MISSING_KEY, tree.at, "there is no `start`", "Name the menu that a call begins with: `start: main`.");
                return None;
            }
        };
        Some(Menus { start, menus, queues, rooms })
    }

    /// Reads a section whose keys are names that stand in addresses.
    fn named<T>(&mut self, entry: Option<&Entry>, what: &str, read: fn(&mut Self, &Node) -> Option<T>) -> BTreeMap<String, T> {
        let Some(entry) = entry else { return BTreeMap::new() };
        let Content::Section(entries) = &entry.node.content else {
            self.wrong_type(entry.node.at, &format!("`{what}` must be a section of names"));
            return BTreeMap::new();
        };
        let mut found = BTreeMap::new();
        for entry in entries {
            let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
            if entry.key.is_empty() || entry.key.len() > 32 || !entry.key.chars().all(is_name) {
                let what = format!("`{}` cannot be a name", entry.key);
                self.problem(&BAD_VALUE, entry.key_at, what, "Use up to 32 of the letters a to z, digits, `-` and `_`.");
            }
            if let Some(value) = read(self, &entry.node) {
                found.insert(entry.key.clone(), value);
            }
        }
        found
    }

    fn queue(&mut self, node: &Node) -> Option<Queue> {
        let mut queue = Queue::default();
        if matches!(node.content, Content::Nothing) {
            return Some(queue);
        }
        let entries = self.section(node, "a queue", QUEUE)?;
        if let Some(entry) = find(entries, "most") {
            queue.most = u32::try_from(self.number(&entry.node, "most", 1, 100)?).unwrap_or(queue.most);
        }
        if let Some(entry) = find(entries, "longest_wait_seconds") {
            queue.longest_wait = Duration::from_secs(self.number(&entry.node, "longest_wait_seconds", 10, 3_600)?);
        }
        Some(queue)
    }

    fn room(&mut self, node: &Node) -> Option<Room> {
        let mut room = Room::default();
        if matches!(node.content, Content::Nothing) {
            return Some(room);
        }
        let entries = self.section(node, "a room", ROOM)?;
        if let Some(entry) = find(entries, "starts") {
            room.starts = self.one_of(&entry.node, "starts", &[("with_the_user", RoomStart::WithTheUser), ("at_once", RoomStart::AtOnce)])?;
        }
        if let Some(entry) = find(entries, "ends") {
            room.ends = self.one_of(&entry.node, "ends", &[("with_the_user", RoomEnd::WithTheUser), ("with_the_last", RoomEnd::WithTheLast)])?;
        }
        Some(room)
    }

    fn one_of<T: Copy>(&mut self, node: &Node, key: &str, values: &[(&str, T)]) -> Option<T> {
        let text = self.plain(node, key)?;
        let found = values.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
        if found.is_none() {
            let names: Vec<&str> = values.iter().map(|(name, _)| *name).collect();
            self.problem(&BAD_VALUE, node.at, format!("`{key}` cannot be this value"), format!("Expected: {}.", names.join(" or ")));
        }
        found
    }

    fn menu(&mut self, node: &Node) -> Option<Menu> {
        let entries = self.section(node, "a menu", MENU)?;
        let mut menu = Menu {
            say: String::new(),
            options: Vec::new(),
            timeout: Duration::from_secs(5),
            tries: 3,
            no_input: "Sorry, I did not hear anything.".to_owned(),
            invalid: "Sorry, that is not one of the choices.".to_owned(),
            at_last: Action::Message,
        };
        match find(entries, "say") {
            Some(entry) => menu.say = self.text(&entry.node, "say")?,
            None => self.problem(&MISSING_KEY, node.at, "the menu says nothing", "Write what callers hear: `say: \"For sales, press 1.\"`."),
        }
        if let Some(entry) = find(entries, "timeout_seconds") {
            menu.timeout = Duration::from_secs(self.number(&entry.node, "timeout_seconds", 1, 30)?);
        }
        if let Some(entry) = find(entries, "tries") {
            menu.tries = u8::try_from(self.number(&entry.node, "tries", 1, 9)?).unwrap_or(menu.tries);
        }
        if let Some(entry) = find(entries, "no_input") {
            menu.no_input = self.text(&entry.node, "no_input")?;
        }
        if let Some(entry) = find(entries, "invalid") {
            menu.invalid = self.text(&entry.node, "invalid")?;
        }
        if let Some(entry) = find(entries, "at_last") {
            let inner = self.section(&entry.node, "`at_last`", ACTIONS)?;
            menu.at_last = self.action(inner, entry.node.at)?;
        }
        if let Some(entry) = find(entries, "options") {
            menu.options = self.options(&entry.node)?;
        }
        Some(menu)
    }

    fn options(&mut self, node: &Node) -> Option<Vec<MenuOption>> {
        let Content::List(items) = &node.content else {
            self.wrong_type(node.at, "`options` must be a list: each choice begins with `- `");
            return None;
        };
        let mut options: Vec<MenuOption> = Vec::new();
        for item in items {
            let Some(entries) = self.section(item, "an option", OPTION) else { continue };
            let key = find(entries, "key").and_then(|entry| self.key(&entry.node, &options));
            let words = find(entries, "words").map(|entry| self.words(&entry.node)).unwrap_or_default();
            if find(entries, "key").is_none() && words.is_empty() {
                self.problem(&MISSING_KEY, item.at, "nothing chooses this option", "Give it a `key`, or `words`, or both.");
            }
            if let Some(action) = self.action(entries, item.at) {
                options.push(MenuOption { key, words, action });
            }
        }
        Some(options)
    }

    fn key(&mut self, node: &Node, others: &[MenuOption]) -> Option<Digit> {
        let text = self.plain(node, "key")?;
        let mut chars = text.chars();
        let key = chars.next().and_then(Digit::new).filter(|key| chars.next().is_none() && !key.as_char().is_ascii_alphabetic());
        let Some(key) = key else {
            self.problem(&BAD_VALUE, node.at, format!("`{text}` is no key of a telephone"), "Expected: 0 to 9, \"*\" or \"#\".");
            return None;
        };
        if key.as_char() == NEVER_AGAIN {
            let help = "Choose another key; in every menu, 9 means never to be called again.";
            self.problem(&BAD_VALUE, node.at, "the key 9 is taken", help);
        } else if others.iter().any(|other| other.key == Some(key)) {
            self.problem(&BAD_VALUE, node.at, format!("the key {key} stands twice in this menu"), "Give each option a key of its own.");
        }
        Some(key)
    }

    fn words(&mut self, node: &Node) -> Vec<String> {
        let texts: Vec<&Node> = match &node.content {
            Content::List(items) => items.iter().collect(),
            _ => vec![node],
        };
        texts.into_iter().filter_map(|node| self.text(node, "words")).map(|text| text.to_lowercase()).collect()
    }

    fn action(&mut self, entries: &[Entry], at: Place) -> Option<Action> {
        let mut actions = entries.iter().filter(|entry| ACTIONS.contains(&entry.key.as_str()));
        let Some(entry) = actions.next() else {
            self.problem(&MISSING_KEY, at, "this choice leads nowhere", format!("Give it one of: {}.", ACTIONS.join(", ")));
            return None;
        };
        if let Some(second) = actions.next() {
            let what = format!("this choice leads to two things: `{}` and `{}`", entry.key, second.key);
            self.problem(&BAD_VALUE, second.key_at, what, "Keep one of them.");
        }
        Some(match entry.key.as_str() {
            "menu" => Action::GoTo(self.reference(&entry.node, "menu", "menus")?),
            "queue" => Action::Queue(self.reference(&entry.node, "queue", "queues")?),
            "room" => Action::Room(self.reference(&entry.node, "room", "rooms")?),
            "say" => Action::Say(self.text(&entry.node, "say")?),
            "forward" => Action::Forward(self.forward(&entry.node)?),
            other => {
                if self.plain(&entry.node, other)? != "true" {
                    self.problem(&BAD_VALUE, entry.node.at, format!("`{other}` cannot be this value"), "Expected: true.");
                }
                if other == "message" { Action::Message } else { Action::End }
            }
        })
    }

    fn forward(&mut self, node: &Node) -> Option<Forward> {
        let entries = self.section(node, "`forward`", FORWARD)?;
        let Some(entry) = find(entries, "number") else {
            self.problem(&MISSING_KEY, node.at, "`forward` names no number", "Write it: `number: \"+12125550123\"`.");
            return None;
        };
        let text = self.plain(&entry.node, "number")?;
        let number = match PhoneNumber::parse(&text) {
            Ok(number) => number,
            Err(error) => {
                // The text may be somebody's number, so it is not quoted.
                self.problem(&BAD_VALUE, entry.node.at, format!("`number` cannot be this value: {error}"), "Expected: \"+12125550123\".");
                return None;
            }
        };
        let mut forward = Forward { number, ring_for: Duration::from_secs(25), time_limit: Duration::from_secs(1_800) };
        if let Some(entry) = find(entries, "ring_seconds") {
            forward.ring_for = Duration::from_secs(self.number(&entry.node, "ring_seconds", 5, 120)?);
        }
        if let Some(entry) = find(entries, "limit_seconds") {
            forward.time_limit = Duration::from_secs(self.number(&entry.node, "limit_seconds", 30, 14_400)?);
        }
        Some(forward)
    }

    /// Reads the name of something that must be declared in a section.
    fn reference(&mut self, node: &Node, key: &str, section: &str) -> Option<String> {
        let name = self.plain(node, key)?;
        let names = self.names.get(section).map_or(&[][..], Vec::as_slice);
        if names.contains(&name) {
            return Some(name);
        }
        let help = match nearest(&name, names.iter().map(String::as_str)) {
            Some(right) => format!("Did you mean `{right}`?"),
            None if names.is_empty() => format!("Declare it below `{section}:`."),
            None => format!("Declare it below `{section}:`, or take one of: {}.", names.join(", ")),
        };
        self.problem(&BAD_VALUE, node.at, format!("`{name}` is not among the {section}"), help);
        None
    }

    /// Returns the entries of a section, once every key in it is known.
    fn section<'n>(&mut self, node: &'n Node, what: &str, known: &[&str]) -> Option<&'n [Entry]> {
        let Content::Section(entries) = &node.content else {
            self.wrong_type(node.at, &format!("{what} must be a section with: {}", known.join(", ")));
            return None;
        };
        for entry in entries.iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            let help = match nearest(&entry.key, known.iter().copied()) {
                Some(right) => format!("Did you mean `{right}`?"),
                None => format!("Known here: {}.", known.join(", ")),
            };
            self.problem(&UNKNOWN_KEY, entry.key_at, format!("{what} has no key `{}`", entry.key), help);
        }
        Some(entries)
    }

    fn text(&mut self, node: &Node, key: &str) -> Option<String> {
        let text = self.plain(node, key)?;
        if text.trim().is_empty() || text.chars().count() > LONGEST_TEXT {
            self.problem(&BAD_VALUE, node.at, format!("`{key}` cannot be this text"), format!("Expected: 1 to {LONGEST_TEXT} characters."));
            return None;
        }
        Some(text)
    }

    fn number(&mut self, node: &Node, key: &str, least: u64, most: u64) -> Option<u64> {
        let text = self.plain(node, key)?;
        match text.parse::<u64>() {
            Ok(number) if (least..=most).contains(&number) => Some(number),
            parsed => {
                let entry = if parsed.is_ok() { &OUT_OF_RANGE } else { &BAD_VALUE };
                self.problem(entry, node.at, format!("`{key}` cannot be this value"), format!("Expected: a whole number, {least} to {most}."));
                None
            }
        }
    }

    fn plain(&mut self, node: &Node, key: &str) -> Option<String> {
        match &node.content {
            Content::Text(text) => Some(text.clone()),
            Content::Nothing | Content::List(_) | Content::Section(_) => {
                self.wrong_type(node.at, &format!("`{key}` must be a value"));
                None
            }
        }
    }

    fn wrong_type(&mut self, at: Place, what: &str) {
        self.problem(&WRONG_TYPE, at, what, "Write it as docs/inbound.md shows it.");
    }

    fn problem(&mut self, entry: &'static assistant::codes::CodeEntry, at: Place, what: impl Into<String>, help: impl Into<String>) {
        self.problems.push(Problem::new(entry, self.at(at), what).with_help(help));
    }

    fn at(&self, (line, column): Place) -> Origin {
        Origin::File { path: self.path.to_owned(), line, column }
    }
}

fn find<'n>(entries: &'n [Entry], key: &str) -> Option<&'n Entry> {
    entries.iter().find(|entry| entry.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> Vec<String> {
        read("menu.yaml".as_ref(), text).unwrap_err().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_example_of_the_manual_is_read() {
        let menus = read("menu.yaml".as_ref(), include_str!("../../../../docs/menu.example.yaml")).unwrap();
        assert_eq!(menus.start, "main");
        let main = &menus.menus["main"];
        assert_eq!(main.options.len(), 6);
        assert_eq!(main.options[0].action, Action::GoTo("hours".into()));
        assert_eq!(main.options[1].action, Action::Queue("support".into()));
        assert!(matches!(&main.options[2].action, Action::Forward(forward) if forward.time_limit == Duration::from_secs(600)));
        assert_eq!(menus.rooms["family"], Room { starts: RoomStart::WithTheUser, ends: RoomEnd::WithTheLast });
        assert_eq!(menus.queues["support"], Queue { most: 3, longest_wait: Duration::from_secs(300) });
    }

    #[test]
    fn each_mistake_is_told_with_its_place_and_the_nearest_right_word() {
        let text = "start: mian\nmenus:\n  main:\n    say: Hello.\n    optons: []\n    options:\n      - key: 9\n        end: true\n      - {key: 1, queue: suport}\n      - {key: 1, end: yes}\nqueues:\n  support:\n";
        let wrong = wrong(text);
        let expected = [
            "menu.yaml:5:5: a menu has no key `optons` [config.unknown_key]\n  Did you mean `options`?",
            "menu.yaml:7:14: the key 9 is taken [config.bad_value]\n  Choose another key; in every menu, 9 means never to be called again.",
            "menu.yaml:9:25: `suport` is not among the queues [config.bad_value]\n  Did you mean `support`?",
            "menu.yaml:10:23: `end` cannot be this value [config.bad_value]\n  Expected: true.",
            "menu.yaml:1:8: `mian` is not among the menus [config.bad_value]\n  Did you mean `main`?",
        ];
        assert_eq!(wrong, expected);
    }

    #[test]
    fn what_is_missing_or_of_the_wrong_kind_is_told() {
        assert!(wrong("")[0].contains("[config.wrong_type]"));
        assert!(wrong("start: a")[0].contains("there is no `menus`"));
        assert!(wrong("menus: {a: {say: Hi.}, b: {say: Ho.}}")[0].contains("there is no `start`"));
        assert!(wrong("menus: {a: {options: []}}")[0].contains("the menu says nothing"));
        assert!(wrong("menus: {a: {say: Hi., tries: 0}}")[0].contains("[config.out_of_range]"));
        assert!(wrong("menus: {a: {say: Hi., options: [{words: x}]}}")[0].contains("this choice leads nowhere"));
        let number = wrong("menus: {a: {say: Hi., options: [{key: 1, forward: {number: 5551234}}]}}");
        assert!(number[0].contains("`number` cannot be this value") && !number[0].contains("5551234"), "{number:?}");
        let room = wrong("menus: {a: {say: Hi., options: [{key: 1, room: r}]}}\nrooms: {r: {starts: soon}}");
        assert!(room[0].contains("`starts` cannot be this value") && room[0].contains("with_the_user or at_once"), "{room:?}");
        assert!(wrong("menus: {a: {say: Hi., options: [{key: 1, room: r}]}}")[0].contains("`r` is not among the rooms"));
        assert!(wrong("menus: [")[0].contains("[config.syntax]"));
    }
}
