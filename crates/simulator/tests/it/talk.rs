//! A caller in virtual time: waits, speaks, presses keys, and writes down what comes back.

use std::sync::Arc;
use std::time::Duration;

use simulator::callee::{self, Output as CalleeOutput};
use simulator::cast::Cast;
use simulator::network::{Config, Input, Output, PracticeLeg};
use telephony::dtmf::Digit;
use telephony::{PhoneNumber, SessionTime};

/// 60 ms a character is a brisk voice.
const MS_A_CHARACTER: u64 = 60;

pub struct Talk {
    leg: PracticeLeg,
    now: SessionTime,
    saying: Option<(u32, SessionTime)>,
    pub log: Vec<String>,
}

impl Talk {
    pub fn with(number: &str, config: Config) -> Self {
        let cast = Cast::shipped().unwrap();
        let number = PhoneNumber::parse(number).unwrap();
        let leg = match cast.find(&number) {
            Some(script) => PracticeLeg::new(script, config),
            None => PracticeLeg::to_nobody(&number, config),
        };
        Self::on(leg)
    }

    pub fn from_yaml(yaml: &str) -> Self {
        let script = simulator::script::Script::parse("test.yaml", yaml).unwrap();
        Self::on(PracticeLeg::new(Arc::new(script), Config::default()))
    }

    fn on(leg: PracticeLeg) -> Self {
        let mut talk = Self { leg, now: SessionTime::ZERO, saying: None, log: Vec::new() };
        talk.tell(Input::Placed);
        talk
    }

    pub fn call(number: &str) -> Self {
        Self::with(number, Config::default())
    }

    pub fn tell(&mut self, input: Input) {
        for output in self.leg.handle(self.now, input) {
            let line = match output {
                Output::State { state, sip_code, ended_by } => {
                    let code = sip_code.map(|code| format!(" {code}")).unwrap_or_default();
                    let by = ended_by.map(|by| format!(" by {by:?}")).unwrap_or_default();
                    format!("{state:?}{code}{by}")
                }
                Output::Callee(CalleeOutput::Say { line, text, .. }) => {
                    self.saying = Some((line, self.now + Duration::from_millis(text.len() as u64 * MS_A_CHARACTER)));
                    text
                }
                Output::Callee(CalleeOutput::StopSaying) => {
                    self.saying = None;
                    "(stops)".into()
                }
                Output::Callee(other) => format!("({other:?})"),
            };
            self.log.push(line);
        }
    }

    /// Lets time pass.
    pub fn wait(&mut self, ms: u64) -> &mut Self {
        let until = self.now + Duration::from_millis(ms);
        loop {
            let spoken = self.saying.map(|(_, at)| at);
            let Some(at) = self.leg.next_wakeup().into_iter().chain(spoken).min().filter(|at| *at <= until) else { break };
            self.now = self.now.max(at);
            match self.saying.take_if(|(_, at)| *at <= self.now) {
                Some((line, _)) => self.tell(Input::Callee(callee::Input::Finished { line })),
                None => self.tell(Input::Wakeup),
            }
        }
        self.now = until;
        self
    }

    /// Speaks, as long as the words take, then listens for eight seconds.
    pub fn say(&mut self, text: &str) -> &mut Self {
        self.begin();
        self.wait(text.len() as u64 * MS_A_CHARACTER);
        self.log.push(format!("> {text}"));
        self.tell(Input::Callee(callee::Input::HeardEnd { text: text.into() }));
        self.wait(6_500)
    }

    pub fn begin(&mut self) -> &mut Self {
        self.tell(Input::Callee(callee::Input::HeardStart));
        self
    }

    pub fn press(&mut self, key: char) -> &mut Self {
        self.tell(Input::Callee(callee::Input::Digit(Digit::new(key).unwrap())));
        self
    }

    pub fn leg(&self) -> &PracticeLeg {
        &self.leg
    }

    /// Returns what happened since the last time.
    pub fn take(&mut self) -> Vec<String> {
        std::mem::take(&mut self.log)
    }
}
