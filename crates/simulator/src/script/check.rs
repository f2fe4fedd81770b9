//! What the types of a script cannot say: that every scene exists, every key is on a telephone, every voice can be spoken.

use super::{LineBehaviour, Menu, Person, Scene, Script, Then, Voice};

/// A word to look for in the file, and what is wrong.
type Wrong = (String, String);

impl Script {
    /// Checks what the types cannot.
    pub(super) fn check(&self) -> Result<(), Wrong> {
        if !self.number.is_fictional() {
            return Err((
                "number".into(),
                "the number must be a fictional one, so that no real telephone has it: +1, an area code, 555, and a line from 0100 to 0199, for example \"+12125550187\"".into(),
            ));
        }
        if self.line.behaviour == LineBehaviour::Answers && self.scenes.is_empty() {
            return Err(("line".into(), "the line answers, but there is no scene; add one under `scenes`, for example `shop: { person: … }`".into()));
        }
        match &self.begins_at {
            Some(name) => self.must_exist(name)?,
            None if self.scenes.len() > 1 => {
                return Err(("scenes".into(), "there are several scenes; say with `begins_at` which one answers".into()));
            }
            None => {}
        }
        for scene in self.scenes.values() {
            for target in scene.targets() {
                self.must_exist(target)?;
            }
            scene.check()?;
        }
        self.voices().into_iter().try_for_each(check_voice)
    }

    fn must_exist(&self, name: &str) -> Result<(), Wrong> {
        if self.scenes.contains_key(name) {
            return Ok(());
        }
        let known = self.scenes.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        Err((name.into(), format!("there is no scene `{name}`; the scenes are: {known}")))
    }

    fn voices(&self) -> Vec<Voice> {
        let own = self.scenes.values().filter_map(Scene::voice);
        std::iter::once(self.voice).chain(own).collect()
    }
}

impl Scene {
    fn targets(&self) -> Vec<&str> {
        let thens: Vec<&Then> = match self {
            Self::Person(person) => person.knows.iter().map(|topic| &topic.then).chain(person.asks.iter().map(|ask| &ask.then)).collect(),
            Self::Menu(menu) => {
                let keys = menu.keys.values().map(String::as_str);
                let spoken = menu.spoken.iter().map(|spoken| spoken.goto.as_str());
                let last = menu.then.target();
                return keys.chain(spoken).chain(last).collect();
            }
            Self::Hold(hold) => vec![&hold.then],
            Self::Screener(screener) => vec![&screener.then],
            Self::Announcement(announcement) => vec![&announcement.then],
            Self::Voicemail(_) | Self::Silence(_) | Self::Fax(_) => Vec::new(),
        };
        thens.into_iter().filter_map(Then::target).collect()
    }

    fn check(&self) -> Result<(), Wrong> {
        match self {
            Self::Person(person) => person.check(),
            Self::Menu(menu) => menu.check(),
            Self::Hold(_) | Self::Voicemail(_) | Self::Screener(_) | Self::Announcement(_) | Self::Silence(_) | Self::Fax(_) => Ok(()),
        }
    }
}

impl Then {
    fn target(&self) -> Option<&str> {
        match self {
            Self::Goto(name) => Some(name),
            Self::Stay | Self::HangUp => None,
        }
    }
}

impl Person {
    fn check(&self) -> Result<(), Wrong> {
        if self.fallback.is_empty() {
            return Err(("fallback".into(), "`fallback` is empty; give at least one sentence, or leave it out for the usual ones".into()));
        }
        for topic in &self.knows {
            if topic.say.is_empty() || topic.when.is_empty() {
                return Err((
                    topic.topic.clone(),
                    format!("the topic `{}` needs at least one pattern under `when` and one sentence under `say`", topic.topic),
                ));
            }
            if topic.by_day.is_none() && topic.say.iter().any(|text| text.contains("{hours}")) {
                return Err((topic.topic.clone(), format!("the topic `{}` says {{hours}} but has no `by_day`; add the seven days", topic.topic)));
            }
        }
        Ok(())
    }
}

impl Menu {
    fn check(&self) -> Result<(), Wrong> {
        match self.keys.keys().find(|key| telephony::dtmf::Digit::new(**key).is_none()) {
            Some(key) => Err(("keys".into(), format!("a telephone has no key `{key}`; use \"0\" to \"9\", \"*\" or \"#\""))),
            None => Ok(()),
        }
    }
}

fn check_voice(voice: Voice) -> Result<(), Wrong> {
    let range = 0.5..=2.0;
    if range.contains(&voice.pitch) && range.contains(&voice.pace) {
        return Ok(());
    }
    Err(("voice".into(), "`pitch` and `pace` are factors from 0.5 to 2; 1 is the engine's own voice".into()))
}
