//! Reads all sources in the order of their rank and reports everything that is wrong at once.
//!
//! Rank: built in, file, `.env`, environment, command line; later wins. A value that cannot be read is a problem even if a
//! later source overrides it: it would bite on the day the later one is taken away. Only a `${VARIABLE}` or `${file:…}` that
//! leads nowhere is forgiven if its value is overridden or belongs to a phone provider that is not in use.

mod account;
mod keeping;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use carriers::registry::Practised;

use super::keys::{self, KEYS, Key, ROOT, VARIABLE_PREFIX};
use super::menu_file;
use super::nearest::nearest;
use super::problem::{
    DOTENV, NO_SUCH_FILE, NOTIFY_IN_PART, Origin, PROVIDER_UNAVAILABLE, Problem, Problems, SECRET_ON_COMMAND_LINE, UNKNOWN_KEY, UNKNOWN_VARIABLE,
    UNREADABLE, WRONG_TYPE,
};
use super::reference::{self, Unresolved};
use super::setting::Around;
use super::sources::Sources;
use super::yaml::{self, Content, Entry, Node, Place};
use super::{Config, Provider};

/// Keys of `notifications` that are nothing without another one: which, without which, and why.
const NOTIFIED_BY: [(&str, &str, &str); 6] = [
    ("notifications.webhook_url", "notifications.webhook_secret", "nothing could be signed and nothing would be sent"),
    ("notifications.webhook_secret", "notifications.webhook_url", "there is no address to send to"),
    ("notifications.smtp_url", "notifications.email_to", "there is nobody to write to"),
    ("notifications.email_to", "notifications.smtp_url", "there is no server that takes the mail"),
    ("notifications.email_from", "notifications.smtp_url", "there is no server that takes the mail"),
    ("notifications.ntfy_token", "notifications.ntfy_url", "there is no topic to publish to"),
];

/// Larger than any configuration; a larger file is the wrong one.
const MOST_BYTES: u64 = 1024 * 1024;

/// A configuration that can be used, and where each value came from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The values.
    pub config: Config,
    /// The file that was read.
    pub file: Option<PathBuf>,
    origins: BTreeMap<&'static str, Origin>,
}

impl Loaded {
    /// Returns where the value of a key came from.
    pub fn origin(&self, key: &Key) -> &Origin {
        self.origins.get(key.path).unwrap_or(&Origin::Default)
    }
}

/// Returns the configuration, or all that is wrong with it.
pub fn load(sources: &Sources) -> Result<Loaded, Problems> {
    let mut loading = Loading::new(sources);
    let variables = loading.variables();
    loading.file(&variables);
    loading.environment(&variables);
    loading.command_line();
    loading.whole();
    match Problems::of(loading.problems) {
        Some(problems) => Err(problems),
        None => Ok(loading.loaded),
    }
}

/// A variable and where it came from.
struct Variable {
    value: String,
    origin: Origin,
}

struct Loading<'a> {
    sources: &'a Sources,
    loaded: Loaded,
    problems: Vec<Problem>,
    /// References that lead nowhere, by the path of their key; forgiven if nobody needs the value.
    unresolved: BTreeMap<&'static str, Problem>,
    /// Keys of which a problem was told already.
    failed: BTreeSet<&'static str>,
}

impl<'a> Loading<'a> {
    fn new(sources: &'a Sources) -> Self {
        let loaded = Loaded { config: Config::defaults(&sources.places), file: None, origins: BTreeMap::new() };
        Self { sources, loaded, problems: Vec::new(), unresolved: BTreeMap::new(), failed: BTreeSet::new() }
    }

    /// Reads `.env` of the working directory below the environment: a variable that is set in both is the environment's.
    fn variables(&mut self) -> BTreeMap<String, Variable> {
        let mut variables = BTreeMap::new();
        let path = self.sources.places.working.join(".env");
        match read(&path) {
            Ok(text) => {
                let (found, bad) = super::dotenv::parse(&text);
                for variable in found {
                    let origin = Origin::DotEnv { name: variable.name.clone(), line: variable.line };
                    variables.insert(variable.name, Variable { value: variable.value, origin });
                }
                for bad in bad {
                    let at = Origin::File { path: ".env".into(), line: bad.line, column: 0 };
                    self.problems.push(Problem::new(&DOTENV, at, format!("this line cannot be read: {}", bad.why)));
                }
            }
            Err(ReadError::NotThere) => {}
            Err(ReadError::Other(why)) => self.problems.push(Problem::new(&UNREADABLE, whole_file(".env".as_ref()), format!("the file {why}"))),
        }
        for (name, value) in &self.sources.environment {
            let origin = Origin::Environment(name.clone());
            variables.insert(name.clone(), Variable { value: value.clone(), origin });
        }
        variables
    }

    fn file(&mut self, variables: &BTreeMap<String, Variable>) {
        let Some(path) = self.sources.file() else {
            return;
        };
        let text = match read(&self.sources.places.working.join(&path)) {
            Ok(text) => text,
            Err(ReadError::NotThere) => return self.problems.push(Problem::new(&NO_SUCH_FILE, whole_file(&path), "the file does not exist")),
            Err(ReadError::Other(why)) => return self.problems.push(Problem::new(&UNREADABLE, whole_file(&path), format!("the file {why}"))),
        };
        match yaml::parse(&text) {
            Ok(tree) => FileReader { directory: &self.sources.places.directory_of(&path), path: &path, variables, loading: self }.node("", &tree),
            Err(error) => {
                let at = error.at.map_or_else(|| whole_file(&path), |at| in_file(&path, at));
                self.problems.push(Problem::new(error.entry, at, error.what));
            }
        }
        self.loaded.file = Some(path);
    }

    /// An empty variable counts as not set: so `.env` files and service managers say "none".
    fn environment(&mut self, variables: &BTreeMap<String, Variable>) {
        let names: Vec<(String, &'static Key)> = KEYS.iter().map(|key| (key.variable(), key)).collect();
        for (name, variable) in variables {
            if let Some((_, key)) = names.iter().find(|(known, _)| known == name) {
                if !variable.value.is_empty() {
                    self.set(key, &variable.value, variable.origin.clone(), &self.sources.places.working, Quotable::Yes);
                }
            } else if let Some(given) = name.strip_prefix(VARIABLE_PREFIX) {
                let problem = Problem::new(&UNKNOWN_VARIABLE, variable.origin.clone(), format!("there is no variable {name}"));
                let endings = names.iter().filter_map(|(known, _)| known.strip_prefix(VARIABLE_PREFIX));
                self.problems.push(match nearest(given, endings) {
                    Some(ending) => problem.with_help(format!("Did you mean {VARIABLE_PREFIX}{ending}?")),
                    None => problem.with_help("Unset it; docs/configuration.md lists all variables."),
                });
            }
        }
    }

    fn command_line(&mut self) {
        for (path, text) in &self.sources.flags {
            match keys::find(path) {
                Some(key) if (key.field)(&mut self.loaded.config).is_secret() => {
                    let what = format!("`{path}` is a secret and may not be given on the command line");
                    let help = format!("Give it in the environment or in `.env` as {}, or in the file as `${{file:path}}`.", key.variable());
                    self.problems.push(Problem::new(&SECRET_ON_COMMAND_LINE, Origin::CommandLine, what).with_help(help));
                }
                Some(key) => self.set(key, text, Origin::CommandLine, &self.sources.places.working, Quotable::Yes),
                None => self.problems.push(unknown_key(path, Origin::CommandLine)),
            }
        }
    }

    fn set(&mut self, key: &'static Key, text: &str, origin: Origin, directory: &Path, quotable: Quotable) {
        let around = Around { directory, home: self.sources.places.home.as_deref() };
        let field = (key.field)(&mut self.loaded.config);
        match field.set(text, &around) {
            Ok(()) => {
                self.loaded.origins.insert(key.path, origin);
                self.unresolved.remove(key.path);
            }
            Err(wrong) => {
                self.failed.insert(key.path);
                let quoted = match quotable {
                    Quotable::Yes if !field.is_private() => format!(" `{}`", shortened(text)),
                    _ => String::new(),
                };
                let why = wrong.why.map_or_else(String::new, |why| format!(": {why}"));
                let meant = nearest(text, field.choices().iter().copied()).map_or_else(String::new, |word| format!(" Did you mean {word}?"));
                let what = format!("`{}` cannot be{}{why}", key.full_path(), if quoted.is_empty() { " this value" } else { &quoted });
                let help = format!("Expected: {}.{meant}", field.expects());
                self.problems.push(Problem::new(wrong.entry, origin, what).with_help(help));
            }
        }
    }

    /// What only the whole can tell: an account that is not complete, a provider that this version lacks.
    fn whole(&mut self) {
        self.loaded.config.is_budget_set = self.loaded.origins.keys().any(|path| path.starts_with("budget."));
        self.look_at_one();
        let provider = self.loaded.config.phone_provider;
        let second = self.loaded.config.second_provider.filter(|_| provider.is_real()).map(Practised::as_str);
        let is_of_other_provider = |path: &str| {
            let section = path.split('.').next().unwrap_or_default();
            ["twilio", "plivo"].contains(&section) && section != provider.as_str() && Some(section) != second
        };
        let unresolved = std::mem::take(&mut self.unresolved);
        self.problems.extend(unresolved.iter().filter(|(path, _)| !is_of_other_provider(path)).map(|(_, problem)| problem.clone()));
        self.whole_keeping();
        if !provider.is_available() {
            let at = self.origin_of("phone_provider");
            let what = format!("this version cannot call through `{}` yet", provider.as_str());
            return self.problems.push(Problem::new(&PROVIDER_UNAVAILABLE, at, what));
        }
        self.whole_account(&unresolved);
        self.notifications(&unresolved);
        self.menus();
    }

    /// Names what a way to be told lacks: who believes to be told and is not learns it here, not when it matters.
    fn notifications(&mut self, unresolved: &BTreeMap<&'static str, Problem>) {
        for (set, needed, what_for) in NOTIFIED_BY {
            // A value that cannot be read was told already.
            let is_told = self.failed.contains(needed) || unresolved.contains_key(needed);
            if is_told || !self.loaded.origins.contains_key(set) || self.loaded.origins.contains_key(needed) {
                continue;
            }
            let what = format!("`{ROOT}.{set}` is set and `{ROOT}.{needed}` is not, so {what_for}");
            let help = format!("Set `{ROOT}.{needed}` as well, or take `{ROOT}.{set}` out.");
            self.problems.push(Problem::new(&NOTIFY_IN_PART, self.origin_of(set), what).with_help(help));
        }
    }

    /// Puts the provider that is looked at into the place of the first one, unless it is the second, which stays so.
    fn look_at_one(&mut self) {
        let config = &mut self.loaded.config;
        let Some(one) = self.sources.looks_at.filter(|one| !config.is_second(*one)) else { return };
        config.phone_provider = Provider::of(one);
        config.second_provider = config.second_provider.filter(|second| *second != one);
        self.loaded.origins.insert("phone_provider", Origin::CommandLine);
    }

    /// Reads the menus, so that a wrong one is told before anybody calls.
    fn menus(&mut self) {
        let Some(file) = self.loaded.config.inbound.menu_file.clone() else {
            return;
        };
        let path = &file.0;
        match read(path) {
            Ok(text) => match menu_file::read(path, &text) {
                Ok(menus) => self.loaded.config.inbound.menus = Some(menus),
                Err(problems) => self.problems.extend(problems),
            },
            Err(ReadError::NotThere) => self.problems.push(Problem::new(&NO_SUCH_FILE, whole_file(path), "the menu file does not exist")),
            Err(ReadError::Other(why)) => self.problems.push(Problem::new(&UNREADABLE, whole_file(path), format!("the file {why}"))),
        }
    }

    fn origin_of(&self, path: &str) -> Origin {
        self.loaded.origins.get(path).cloned().unwrap_or(Origin::Default)
    }
}

/// Whether an error may quote the text, private kinds aside: not what came through a reference, it may be a secret.
#[derive(Clone, Copy)]
enum Quotable {
    Yes,
    No,
}

/// Walks the tree of the file beside the table of keys.
struct FileReader<'l, 'a, 'v> {
    directory: &'v Path,
    path: &'v Path,
    variables: &'v BTreeMap<String, Variable>,
    loading: &'l mut Loading<'a>,
}

impl FileReader<'_, '_, '_> {
    /// `path` is the full path of the section or key whose value this is; empty for the whole file.
    fn node(&mut self, path: &str, node: &Node) {
        let key = KEYS.iter().find(|key| key.full_path() == path);
        match (key, &node.content) {
            (_, Content::Nothing) => {}
            (None, Content::Section(entries)) => entries.iter().for_each(|entry| self.entry(path, entry)),
            (None, Content::Text(_) | Content::List(_)) => {
                let what = if path.is_empty() { "the file holds no section".into() } else { format!("`{path}` is a section and not a value") };
                let help = format!("Write its keys below it, indented: {}.", children(path).join(", "));
                self.problem(Problem::new(&WRONG_TYPE, in_file(self.path, node.at), what).with_help(help));
            }
            (Some(key), Content::Text(text)) => self.text(key, text, node.at),
            (Some(key), Content::List(items)) => self.list(key, items, node.at),
            (Some(key), Content::Section(_)) => self.wrong_type(key, "a section", node.at),
        }
    }

    fn entry(&mut self, path: &str, entry: &Entry) {
        let full = if path.is_empty() { entry.key.clone() } else { format!("{path}.{}", entry.key) };
        if children(path).contains(&entry.key) {
            self.node(&full, &entry.node);
        } else {
            self.problem(unknown_key(&full, in_file(self.path, entry.key_at)));
        }
    }

    fn text(&mut self, key: &'static Key, text: &str, at: Place) {
        let origin = in_file(self.path, at);
        let value = match self.resolved(text) {
            Ok(value) => value,
            Err(unresolved) => {
                let what = format!("`{}`: {}", key.full_path(), unresolved.what);
                self.loading.unresolved.insert(key.path, Problem::new(unresolved.entry, origin, what));
                return;
            }
        };
        let quotable = if value == text { Quotable::Yes } else { Quotable::No };
        let directory = self.directory;
        self.loading.set(key, &value, origin, directory, quotable);
    }

    fn list(&mut self, key: &'static Key, items: &[Node], at: Place) {
        if !(key.field)(&mut self.loading.loaded.config).is_list() {
            return self.wrong_type(key, "a list", at);
        }
        let mut texts = Vec::new();
        for item in items {
            match &item.content {
                Content::Text(text) => texts.push(text.as_str()),
                _ => return self.wrong_type(key, "a list of lists or sections", item.at),
            }
        }
        self.text(key, &texts.join(", "), at);
    }

    fn wrong_type(&mut self, key: &'static Key, found: &str, at: Place) {
        self.loading.failed.insert(key.path);
        let expects = (key.field)(&mut self.loading.loaded.config).expects();
        let what = format!("`{}` cannot be {found}", key.full_path());
        self.problem(Problem::new(&WRONG_TYPE, in_file(self.path, at), what).with_help(format!("Expected: {expects}.")));
    }

    fn resolved(&self, text: &str) -> Result<String, Unresolved> {
        reference::resolve(text, |name| self.variables.get(name).map(|variable| variable.value.as_str()), self.directory)
    }

    fn problem(&mut self, problem: Problem) {
        self.loading.problems.push(problem);
    }
}

/// Returns the names that may stand directly below a full path.
fn children(path: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for key in KEYS {
        let full = key.full_path();
        let below = if path.is_empty() { Some(full.as_str()) } else { full.strip_prefix(path).and_then(|rest| rest.strip_prefix('.')) };
        if let Some(name) = below.and_then(|rest| rest.split('.').next())
            && names.last().is_none_or(|last| last != name)
            && !names.iter().any(|known| known == name)
        {
            names.push(name.to_owned());
        }
    }
    names
}

/// Suggests a neighbour of nearly the same name, else the key of that name that belongs somewhere else.
fn unknown_key(full: &str, at: Origin) -> Problem {
    let (section, name) = full.rsplit_once('.').unwrap_or(("", full));
    let in_section = if section.is_empty() { String::new() } else { format!(" in `{section}`") };
    let problem = Problem::new(&UNKNOWN_KEY, at, format!("there is no key `{}`{in_section}", shortened(name)));
    let below_root = KEYS.iter().map(|key| key.path).chain(sections());
    let elsewhere = || {
        if ROOT.rsplit('.').next() == Some(name) {
            return Some(ROOT.to_owned());
        }
        let wanted = nearest(name, KEYS.iter().map(|key| key.name()).chain(sections()))?;
        let mut same_name = below_root.filter(|path| path.rsplit('.').next() == Some(wanted));
        match (same_name.next(), same_name.next()) {
            (Some(only), None) => Some(format!("{ROOT}.{only}")),
            _ => None,
        }
    };
    let siblings = children(section);
    let suggestion = match nearest(name, siblings.iter().map(String::as_str)) {
        Some(sibling) => Some(if section.is_empty() { sibling.to_owned() } else { format!("{section}.{sibling}") }),
        None => elsewhere(),
    };
    match suggestion {
        Some(right) => problem.with_help(format!("Did you mean `{right}`?")),
        None if siblings.is_empty() => problem,
        None => problem.with_help(format!("Known here: {}.", siblings.join(", "))),
    }
}

/// The sections below the root, in the order of the table.
fn sections() -> impl Iterator<Item = &'static str> {
    let first_of_section = |(index, key): &(usize, &Key)| !key.section().is_empty() && (*index == 0 || KEYS[index - 1].section() != key.section());
    KEYS.iter().enumerate().filter(first_of_section).map(|(_, key)| key.section())
}

fn shortened(text: &str) -> String {
    const MOST: usize = 40;
    let mut kept: String = text.chars().take(MOST).map(|c| if c.is_control() { '�' } else { c }).collect();
    if text.chars().count() > MOST {
        kept.push('…');
    }
    kept
}

fn in_file(path: &Path, (line, column): Place) -> Origin {
    Origin::File { path: path.to_owned(), line, column }
}

fn whole_file(path: &Path) -> Origin {
    in_file(path, (0, 0))
}

enum ReadError {
    NotThere,
    Other(&'static str),
}

/// Reads at most [`MOST_BYTES`], from a pipe as well.
fn read(path: &Path) -> Result<String, ReadError> {
    let sort = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => ReadError::NotThere,
        ErrorKind::PermissionDenied => ReadError::Other("may not be read by this user"),
        ErrorKind::InvalidData => ReadError::Other("is not UTF-8 text"),
        ErrorKind::IsADirectory => ReadError::Other("is a directory"),
        _ => ReadError::Other("cannot be read"),
    };
    let mut text = String::new();
    std::fs::File::open(path).map_err(sort)?.take(MOST_BYTES + 1).read_to_string(&mut text).map_err(sort)?;
    if text.len() as u64 > MOST_BYTES { Err(ReadError::Other("is larger than 1 MiB")) } else { Ok(text) }
}
