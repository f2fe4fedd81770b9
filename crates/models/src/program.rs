//! Ears and voices that are other programs: what a user installed by package name, run by the command that they named.
//!
//! Two ways, told apart by the command. One with the placeholder `{wav}` is run once for each piece of speech. One without
//! is started once and kept: it takes one line for each piece on its standard input and answers each with one line. Either
//! way a program that hangs is ended after [`ANSWER_WITHIN`], and the next piece starts it anew.
//!
//! No shell is involved. What programs write to standard error is thrown away: it may hold words of a call.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use ports::error::SpeechError;
use tempfile::NamedTempFile;
use thiserror::Error;

/// Where the path of a WAV file is put into a command.
pub const PLACEHOLDER: &str = "{wav}";

/// How long a program may take for one piece of speech: a caller has hung up by then.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// The most that a program may print for one piece. The longest utterance has a tenth of that.
const PRINTED_AT_MOST: u64 = 64 * 1024;

/// A program and its arguments, as the user wrote them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CommandLine {
    words: Vec<String>,
    text: String,
}

/// Why a text is no command.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum CommandLineError {
    /// There is not a word in it.
    #[error("it names no program")]
    Empty,
    /// A quote is not closed.
    #[error("a quotation mark is not closed")]
    OpenQuote,
}

impl CommandLine {
    /// Reads a command: words between blanks; `'…'` and `"…"` keep blanks together. Nothing else is special.
    ///
    /// # Errors
    /// [`CommandLineError`].
    pub fn parse(text: &str) -> Result<Self, CommandLineError> {
        let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
        for letter in text.trim().chars() {
            match (quote, letter) {
                (Some(open), _) if open == letter => quote = None,
                (None, '"' | '\'') => {
                    quote = Some(letter);
                    word.get_or_insert_default();
                }
                (None, _) if letter.is_whitespace() => words.extend(word.take()),
                _ => word.get_or_insert_default().push(letter),
            }
        }
        words.extend(word);
        match (quote, words.first().is_none_or(String::is_empty)) {
            (Some(_), _) => Err(CommandLineError::OpenQuote),
            (None, true) => Err(CommandLineError::Empty),
            (None, false) => Ok(Self { words, text: text.trim().to_owned() }),
        }
    }

    /// Returns the command as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the program and its arguments.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// Returns whether the program is run anew for each piece of speech.
    pub fn is_run_for_each(&self) -> bool {
        self.words.iter().any(|word| word.contains(PLACEHOLDER))
    }

    fn command(&self, wav: Option<&Path>) -> Command {
        let wav = wav.map(|path| path.display().to_string()).unwrap_or_default();
        let mut words = self.words.iter().map(|word| word.replace(PLACEHOLDER, &wav));
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        command
    }
}

/// A program that serves pieces of speech, whichever way it is run.
pub(crate) struct Program {
    line: CommandLine,
    answer_within: Duration,
    /// One piece at a time goes to a program that is kept.
    kept: Mutex<Option<Kept>>,
}

struct Kept {
    child: Watched,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Program {
    pub(crate) fn new(line: CommandLine) -> Self {
        Self { line, answer_within: ANSWER_WITHIN, kept: Mutex::new(None) }
    }

    #[cfg(test)]
    pub(crate) fn answering_within(line: CommandLine, answer_within: Duration) -> Self {
        Self { answer_within, ..Self::new(line) }
    }

    /// Says whether the program is there at all.
    ///
    /// # Errors
    /// [`SpeechError::Missing`] with its name.
    pub(crate) fn check(&self) -> Result<(), SpeechError> {
        let name = &self.line.words[0];
        let is_there = if name.contains('/') {
            Path::new(name).is_file()
        } else {
            std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(name).is_file()))
        };
        if is_there { Ok(()) } else { Err(SpeechError::NoProgram { name: name.clone() }) }
    }

    /// Starts a program that is kept, so that it loads its model before it is needed.
    pub(crate) fn warm_up(&self) {
        if !self.line.is_run_for_each() {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.is_none() {
                // A program that cannot be started is told by whoever needs it.
                *kept = self.start().ok();
            }
        }
    }

    /// Gives the program one piece: the path of a WAV file and a line of text (empty for ears). Returns what it printed.
    ///
    /// # Errors
    /// [`SpeechError::Failed`] if it cannot be started, ends badly, prints too much or takes too long.
    pub(crate) fn ask(&self, wav: &Path, text: &str) -> Result<String, SpeechError> {
        if self.line.is_run_for_each() { self.ask_new(wav, text) } else { self.ask_kept(wav, text) }
    }

    fn ask_new(&self, wav: &Path, text: &str) -> Result<String, SpeechError> {
        let mut child = Watched::spawn(self.line.command(Some(wav)), self.name())?;
        let _guard = child.limit(self.answer_within);
        if let Some(mut input) = child.take_stdin() {
            // A program that does not read its input is right to close it.
            let _ = writeln!(input, "{text}");
        }
        let mut printed = String::new();
        if let Some(output) = child.take_stdout() {
            output.take(PRINTED_AT_MOST).read_to_string(&mut printed).map_err(|_| self.failed("printed what is no text"))?;
        }
        if child.ends_well() { Ok(printed) } else { Err(self.failed("ended with an error, or was ended after too long")) }
    }

    fn ask_kept(&self, wav: &Path, text: &str) -> Result<String, SpeechError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut program = match kept.take() {
            Some(program) => program,
            None => self.start()?,
        };
        let guard = program.child.limit(self.answer_within);
        let line = if text.is_empty() { format!("{}\n", wav.display()) } else { format!("{}\t{}\n", wav.display(), one_line(text)) };
        let mut printed = String::new();
        let is_asked = program.input.write_all(line.as_bytes()).and_then(|()| program.input.flush()).is_ok();
        let is_answered = is_asked && (&mut program.output).take(PRINTED_AT_MOST).read_line(&mut printed).is_ok() && printed.ends_with('\n');
        drop(guard);
        // One that did not answer is not asked again: dropping it ends it.
        if !is_answered {
            return Err(self.failed("gave no answer"));
        }
        *kept = Some(program);
        Ok(printed)
    }

    fn start(&self) -> Result<Kept, SpeechError> {
        let mut child = Watched::spawn(self.line.command(None), self.name())?;
        match (child.take_stdin(), child.take_stdout()) {
            (Some(input), Some(output)) => Ok(Kept { child, input, output: BufReader::new(output) }),
            _ => Err(self.failed("has no input or no output")),
        }
    }

    fn name(&self) -> &str {
        self.line.words[0].rsplit('/').next().unwrap_or_default()
    }

    fn failed(&self, what: &str) -> SpeechError {
        SpeechError::Failed { what: format!("the program {} {what}", self.name()) }
    }
}

/// A child that never outlives its owner.
struct Watched {
    child: Arc<Mutex<Child>>,
}

impl Watched {
    fn spawn(mut command: Command, name: &str) -> Result<Self, SpeechError> {
        let child =
            command.spawn().map_err(|error| SpeechError::Failed { what: format!("the program {name} cannot be started: {}", error.kind()) })?;
        Ok(Self { child: Arc::new(Mutex::new(child)) })
    }

    fn take_stdin(&mut self) -> Option<ChildStdin> {
        self.lock().stdin.take()
    }

    fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.lock().stdout.take()
    }

    /// Ends the child if the returned guard lives for so long: a read from the child then ends too.
    fn limit(&self, limit: Duration) -> mpsc::Sender<()> {
        let (guard, dropped) = mpsc::channel::<()>();
        let child = Arc::clone(&self.child);
        let spawned = thread::Builder::new().name("speech-limit".to_owned()).spawn(move || {
            if dropped.recv_timeout(limit) == Err(mpsc::RecvTimeoutError::Timeout) {
                // It may have ended by itself just now.
                let _ = child.lock().unwrap_or_else(PoisonError::into_inner).kill();
            }
        });
        if let Err(error) = spawned {
            tracing::warn!(%error, "no thread to watch a speech program");
        }
        guard
    }

    /// Waits for the end of a child that has closed its output. Looks now and then instead of waiting within the lock, so
    /// that [`Watched::limit`] can end one that closed its output and goes on.
    fn ends_well(&mut self) -> bool {
        loop {
            match self.lock().try_wait() {
                Ok(Some(status)) => return status.success(),
                Ok(None) => {}
                Err(_) => return false,
            }
            thread::park_timeout(Duration::from_millis(1));
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let mut child = self.lock();
        // It has ended already, or ends now; waiting leaves no zombie.
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// A WAV file that only we can read and that is gone when it is dropped; in memory where the system has such a place, since
/// it holds the voice of a call.
pub(crate) fn private_wav(bytes: &[u8]) -> Result<NamedTempFile, SpeechError> {
    let failed = |error: std::io::Error| SpeechError::Failed { what: format!("no place for a temporary file: {}", error.kind()) };
    let memory = PathBuf::from("/dev/shm");
    let folder = if memory.is_dir() { memory } else { std::env::temp_dir() };
    let mut file = tempfile::Builder::new().prefix("puppetmaster-").suffix(".wav").tempfile_in(folder).map_err(failed)?;
    file.as_file_mut().write_all(bytes).map_err(failed)?;
    Ok(file)
}

/// Reads what a program left in a file, up to `at_most` bytes.
pub(crate) fn read_back(file: &NamedTempFile, at_most: u64) -> Result<Vec<u8>, SpeechError> {
    let mut bytes = Vec::new();
    let read = File::open(file.path()).and_then(|open| open.take(at_most).read_to_end(&mut bytes));
    read.map(|_| bytes).map_err(|error| SpeechError::Failed { what: format!("the sound of a speech program cannot be read: {}", error.kind()) })
}

fn one_line(text: &str) -> String {
    text.split(['\n', '\r', '\t']).collect::<Vec<_>>().join(" ")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn program(command: &str) -> Program {
        Program::new(CommandLine::parse(command).unwrap())
    }

    #[test]
    fn a_command_is_words_and_quotes_and_nothing_else() {
        let words = |text: &str| CommandLine::parse(text).map(|line| line.words);
        assert_eq!(words(" a  -f '{wav} b' \"\" c$d ").unwrap(), ["a", "-f", "{wav} b", "", "c$d"]);
        assert_eq!(words("   "), Err(CommandLineError::Empty));
        assert_eq!(words("''"), Err(CommandLineError::Empty));
        assert_eq!(words("say 'it"), Err(CommandLineError::OpenQuote));
    }

    #[test]
    fn a_program_with_the_placeholder_is_run_for_each_piece() {
        let program = program("sh -c 'cat; echo of $0' {wav}");
        assert_eq!(program.ask(Path::new("/x.wav"), "words").unwrap(), "words\nof /x.wav\n");
        assert_eq!(program.ask(Path::new("/y.wav"), "").unwrap(), "\nof /y.wav\n");
    }

    #[test]
    fn a_program_without_it_is_kept() {
        let program = program("sh -c 'while read -r line; do n=$((n + 1)); echo \"$n $line\"; done'");
        assert_eq!(program.ask(Path::new("/x.wav"), "").unwrap(), "1 /x.wav\n");
        assert_eq!(program.ask(Path::new("/y.wav"), "two\nlines").unwrap(), "2 /y.wav\ttwo lines\n");
    }

    #[test]
    fn a_program_that_dies_is_started_anew_and_one_that_fails_is_told() {
        let program = program("sh -c 'read -r line; echo once'");
        for _ in 0..2 {
            assert_eq!(program.ask(Path::new("/x.wav"), "").unwrap(), "once\n");
            // The end of the first one is seen by the next question at the latest.
            while program.ask(Path::new("/x.wav"), "").is_ok() {}
        }
        let failing = self::program("sh -c 'exit 3' {wav}");
        assert!(failing.ask(Path::new("/x.wav"), "").is_err());
        assert!(matches!(self::program("no-such-program-here {wav}").check(), Err(SpeechError::NoProgram { .. })));
    }

    #[test]
    fn a_program_that_hangs_is_ended() {
        for command in ["sh -c 'exec tail -f /dev/null' {wav}", "sh -c 'exec tail -f /dev/null >&-' {wav}", "tail -f /dev/null"] {
            let program = Program::answering_within(CommandLine::parse(command).unwrap(), Duration::from_millis(50));
            assert!(program.ask(Path::new("/x.wav"), "").is_err(), "{command}");
        }
    }
}
