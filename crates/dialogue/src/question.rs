//! Turns what the user asked for into what is said to the callee: a purpose for the opening, questions, and what to bring back.
//!
//! The intent is the user's own sentence: "Ask what time they close today", "cancel my reservation for tonight". Its verb
//! decides what kind of errand it is, also against the task type: who says "find out if they have a table" wants no
//! table booked. What stands behind the first sentence ("if not, 8 is fine") are conditions, held back until they are
//! needed. An intent that no rule knows is said as it was given, and the callee's words are brought back.

pub mod alternatives;
pub mod clause;
pub mod person;

use crate::brief::{Brief, TaskType};
use crate::understand::clock::{self, Leaning};
use crate::understand::date::{self, Day};

use self::alternatives::Alternatives;
use self::clause::Clause;
use self::person::to_callee;

/// An intent longer than this is cut: an opening that goes on is not listened to.
const MAX_INTENT_CHARS: usize = 400;
/// More questions than this do not fit one call's patience.
const MAX_ASKS: usize = 5;

/// What is to be done on the call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Errand {
    /// The kind, by the intent's verb, else by the brief.
    pub task_type: TaskType,
    /// "to ask what time you close today".
    pub purpose: String,
    /// What is asked, in order. Bookings, changes and cancellations have none: they want agreement.
    pub asks: Vec<Ask>,
    /// What is booked, cancelled, complained about or said: "a haircut for Friday at 3 pm".
    pub subject: String,
    /// For whom a message is: "Sam Miller's aunt".
    pub recipient: Option<String>,
    /// The day that was asked for.
    pub day: Option<Day>,
    /// The minute of the day that was asked for.
    pub minute: Option<u16>,
    /// What else would do. Not to be said before it is needed.
    pub alternatives: Alternatives,
}

/// One thing to find out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ask {
    /// "What time do you close today?"
    pub question: String,
    /// "what time you close today".
    pub indirect: String,
    /// The fact to bring back: `closing_time`.
    pub fact: &'static str,
    /// What answers it.
    pub answer: Answer,
}

/// What kind of answer is waited for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// The hour something ends.
    ClosingTime,
    /// The hour something begins.
    OpeningTime,
    /// From when to when.
    Hours,
    /// An amount of money.
    Price,
    /// Yes or no.
    YesNo,
    /// A day, a time, or both.
    When,
    /// A phone number.
    PhoneNumber,
    /// A person's name.
    Name,
    /// Whatever is said.
    Words,
}

/// Returns why the call is made, as a clause that follows "I'm calling": "to ask what time you close today".
pub fn purpose(brief: &Brief) -> String {
    errand(brief).purpose
}

/// Returns the facts without which the errand is not done.
pub fn wanted(brief: &Brief) -> Vec<&'static str> {
    let errand = errand(brief);
    match errand.task_type {
        TaskType::AppointmentBooking | TaskType::AppointmentChange | TaskType::Reservation => vec!["booked_for"],
        TaskType::Cancellation => vec!["cancelled"],
        TaskType::MessageDelivery => vec!["delivered"],
        _ => {
            let mut facts: Vec<&'static str> = Vec::new();
            for ask in &errand.asks {
                if !facts.contains(&ask.fact) {
                    facts.push(ask.fact);
                }
            }
            facts
        }
    }
}

/// Reads the brief's intent.
pub fn errand(brief: &Brief) -> Errand {
    let intent: String = brief.intent.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MAX_INTENT_CHARS).collect();
    let (goal, mut rest) = split_goal(&intent);
    let goal = without_politeness(&goal);
    let mut errand = of_goal(brief, &goal);
    let is_asking = matches!(errand.task_type, TaskType::InformationInquiry | TaskType::QuoteRequest | TaskType::OrderStatus);
    rest.retain(|sentence| {
        let more = if is_asking { asks_of(&without_politeness(sentence), brief) } else { Vec::new() };
        let is_ask = !more.is_empty();
        errand.asks.extend(more);
        !is_ask
    });
    errand.asks.truncate(MAX_ASKS);
    number_repeated_facts(&mut errand.asks);
    let flexible = brief.may_disclose.iter().filter(|(label, _)| {
        let label = label.to_lowercase();
        label.contains("alternative") || label.contains("flexib") || label.contains("otherwise")
    });
    let conditions = rest.into_iter().chain(flexible.map(|(_, value)| value.clone())).collect::<Vec<_>>().join(". ");
    errand.alternatives = Alternatives::read(&conditions, leaning(&errand.subject, errand.task_type), Day::of(brief.local_time));
    errand
}

/// Two questions about the same kind of fact keep apart: the second is brought back as `price_2`.
fn number_repeated_facts(asks: &mut [Ask]) {
    for place in 1..asks.len() {
        let fact = asks[place].fact;
        if asks[..place].iter().any(|earlier| earlier.fact == fact) {
            asks[place].fact = match fact {
                "price" => "price_2",
                "availability" => "availability_2",
                "when" => "when_2",
                "answer" if asks[..place].iter().any(|earlier| earlier.fact == "answer_2") => "answer_3",
                "answer" => "answer_2",
                other => other,
            };
        }
    }
}

/// Returns which half of the day a bare hour means in this errand.
pub fn leaning(subject: &str, task_type: TaskType) -> Leaning {
    let lower = subject.to_lowercase();
    let is_meal =
        ["table", "dinner", "restaurant", "drinks", "party", "tonight", "evening", "movie", "concert"].iter().any(|word| lower.contains(word));
    let is_early = ["breakfast", "brunch", "morning", "lunch"].iter().any(|word| lower.contains(word));
    if (is_meal || task_type == TaskType::Reservation) && !is_early { Leaning::Evening } else { Leaning::Office }
}

const LEAD_INS: [&str; 24] = [
    "please",
    "can you",
    "could you",
    "would you",
    "will you",
    "i want you to",
    "i would like you to",
    "i'd like you to",
    "i need you to",
    "i want to know",
    "i'd like to know",
    "i would like to know",
    "i need to know",
    "call them and",
    "call them to",
    "call the restaurant and",
    "call the shop and",
    "call the store and",
    "call up and",
    "call and",
    "phone and",
    "ring and",
    "call to",
    "just",
];

fn without_politeness(text: &str) -> String {
    let mut text = text.trim().trim_end_matches(['.', '!', ' ']).to_owned();
    loop {
        let lead = LEAD_INS.iter().find_map(|lead| strip_words(&text, lead));
        let Some(rest) = lead.filter(|rest| !rest.is_empty()) else { break };
        let is_question = text.to_lowercase().starts_with("i want to know")
            || text.to_lowercase().contains("like to know")
            || text.to_lowercase().starts_with("i need to know");
        text = if is_question { format!("ask {rest}") } else { rest.to_owned() };
    }
    for tail in [", please", " please", " for me", " and let me know", " and tell me"] {
        if let Some(shorter) = text.strip_suffix(tail) {
            text = shorter.to_owned();
        }
    }
    text
}

/// Returns what follows these words at the start of a text, if they stand there as whole words.
fn strip_words<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let head = text.get(..words.len())?;
    let rest = &text[words.len()..];
    let is_whole = rest.is_empty() || rest.starts_with([' ', ',', ':']);
    (is_whole && head.eq_ignore_ascii_case(words)).then(|| rest.trim_start_matches([' ', ',', ':']))
}

/// Cuts the goal from its conditions.
fn split_goal(intent: &str) -> (String, Vec<String>) {
    let mut pieces: Vec<String> = Vec::new();
    let mut piece = String::new();
    let chars: Vec<char> = intent.chars().collect();
    for (place, c) in chars.iter().enumerate() {
        let next_is_new = chars.get(place + 1) == Some(&' ') && chars.get(place + 2).is_some_and(|next| next.is_uppercase());
        let ends = match c {
            '.' => next_is_new && !ends_in_abbreviation(&piece),
            '?' | '!' => chars.get(place + 1) == Some(&' '),
            ';' | '(' | ')' => true,
            _ => false,
        };
        if ends {
            pieces.push(std::mem::take(&mut piece));
        } else {
            piece.push(*c);
        }
    }
    pieces.push(piece);
    let mut pieces: Vec<String> = pieces.iter().map(|piece| piece.trim().to_owned()).filter(|piece| !piece.is_empty()).collect();
    if pieces.is_empty() {
        return (String::new(), pieces);
    }
    let mut goal = pieces.remove(0);
    let lower = goal.to_lowercase();
    let cuts = [
        ", if not",
        ", otherwise",
        ", or else",
        " or else",
        ", but if",
        ", alternatively",
        ", up to",
        ", at most",
        ", no later than",
        " no later than",
        ", any time",
        ", anytime",
        ", or any time",
        " or any time",
        ", i'm flexible",
        ", my budget",
        ", or failing that",
        ", failing that",
    ];
    if lower.is_char_boundary(lower.len())
        && lower.len() == goal.len()
        && let Some(cut) = cuts.iter().filter_map(|cut| lower.find(cut)).min()
    {
        pieces.insert(0, goal[cut..].trim_start_matches([',', ' ']).to_owned());
        goal.truncate(cut);
    }
    (goal, pieces)
}

fn ends_in_abbreviation(piece: &str) -> bool {
    let last = piece.rsplit(' ').next().unwrap_or_default().to_lowercase();
    matches!(last.as_str(), "dr" | "mr" | "mrs" | "ms" | "st" | "no") || (last.len() == 1 && last.chars().all(char::is_alphabetic))
}

fn of_goal(brief: &Brief, goal: &str) -> Errand {
    let goal = &expand_ask_to(goal);
    if let Some(message) = message(brief, goal) {
        return message;
    }
    if let Some(agreement) = agreement(brief, goal) {
        return agreement;
    }
    if let Some(complaint) = complaint(brief, goal) {
        return complaint;
    }
    let asks = asks_of(goal, brief);
    if !asks.is_empty() {
        return inquiry(brief, asks);
    }
    by_type(brief, goal)
}

/// "ask them to cancel my table" is "cancel my table".
fn expand_ask_to(goal: &str) -> String {
    for lead in ["ask them to", "ask him to", "ask her to", "ask to", "have them", "get them to"] {
        if let Some(rest) = strip_words(goal, lead)
            && VERBS.iter().any(|(verb, _)| strip_words(rest, verb).is_some())
        {
            return rest.to_owned();
        }
    }
    goal.to_owned()
}

/// The verbs that want agreement, longest first where one begins with another.
const VERBS: [(&str, TaskType); 27] = [
    ("make a reservation", TaskType::Reservation),
    ("make me a reservation", TaskType::Reservation),
    ("make a booking", TaskType::Reservation),
    ("make an appointment", TaskType::AppointmentBooking),
    ("make me an appointment", TaskType::AppointmentBooking),
    ("get a reservation", TaskType::Reservation),
    ("get me a reservation", TaskType::Reservation),
    ("get a table", TaskType::Reservation),
    ("get me a table", TaskType::Reservation),
    ("get an appointment", TaskType::AppointmentBooking),
    ("get me an appointment", TaskType::AppointmentBooking),
    ("ask for an appointment", TaskType::AppointmentBooking),
    ("ask for a table", TaskType::Reservation),
    ("ask for a reservation", TaskType::Reservation),
    ("set up", TaskType::AppointmentBooking),
    ("schedule", TaskType::AppointmentBooking),
    ("arrange", TaskType::AppointmentBooking),
    ("reserve", TaskType::Reservation),
    ("book", TaskType::AppointmentBooking),
    ("call off", TaskType::Cancellation),
    ("cancel", TaskType::Cancellation),
    ("reschedule", TaskType::AppointmentChange),
    ("postpone", TaskType::AppointmentChange),
    ("push back", TaskType::AppointmentChange),
    ("change", TaskType::AppointmentChange),
    ("move", TaskType::AppointmentChange),
    ("rebook", TaskType::AppointmentChange),
];

fn agreement(brief: &Brief, goal: &str) -> Option<Errand> {
    let (verb, by_verb) = VERBS.iter().find(|(verb, _)| strip_words(goal, verb).is_some())?;
    let said = to_callee(goal, &brief.principal);
    let said = without_indirect_object(&said, &brief.principal);
    let task_type = match (*by_verb, brief.task_type) {
        (TaskType::AppointmentBooking, TaskType::Reservation) => TaskType::Reservation,
        (TaskType::Reservation, TaskType::AppointmentBooking) => TaskType::AppointmentBooking,
        (TaskType::AppointmentBooking, _) if *verb == "book" && leaning(goal, TaskType::Custom) == Leaning::Evening => TaskType::Reservation,
        (by_verb, _) => by_verb,
    };
    let is_bare_verb = !verb.contains(' ') || matches!(*verb, "set up" | "call off" | "push back");
    let subject = if is_bare_verb {
        strip_words(&said, verb).unwrap_or_default().to_owned()
    } else {
        said.split_once(' ').map(|(_, rest)| rest.trim_start_matches("for ").to_owned()).unwrap_or_default()
    };
    let today = Day::of(brief.local_time);
    let when = match (task_type, said.to_lowercase().rfind(" to ")) {
        (TaskType::AppointmentChange, Some(to)) if said.is_char_boundary(to) => said[to..].to_owned(),
        _ => said.clone(),
    };
    let day = date::dates(&when, today).first().map(|day| day.value);
    let minute = clock::times(&when, leaning(goal, task_type)).first().map(|time| time.value.minute);
    let purpose = format!("to {}", clause::lower_first(&said));
    Some(Errand { day, minute, subject, ..blank(task_type, purpose) })
}

/// "book Sam a table" (from "book me a table") is "book a table".
fn without_indirect_object(said: &str, principal: &str) -> String {
    for verb in ["book", "reserve", "make", "get", "schedule"] {
        if let Some(rest) = strip_words(said, verb)
            && let Some(rest) = strip_words(rest, principal)
        {
            return format!("{verb} {rest}");
        }
    }
    said.to_owned()
}

fn message(brief: &Brief, goal: &str) -> Option<Errand> {
    let principal = &brief.principal;
    let (recipient, text) =
        if let Some(rest) = strip_words(goal, "tell").or_else(|| strip_words(goal, "inform")).or_else(|| strip_words(goal, "remind")) {
            if strip_words(rest, "me").is_some() {
                return None;
            }
            split_recipient(rest)
        } else if let Some(rest) = strip_words(goal, "let") {
            let (recipient, text) = rest.split_once(" know ")?;
            (recipient.to_owned(), text.to_owned())
        } else if let Some(rest) =
            ["pass on to", "pass a message to", "give a message to", "leave a message for", "deliver a message to", "say to", "wish"]
                .iter()
                .find_map(|lead| strip_words(goal, lead))
        {
            split_recipient(rest)
        } else if let Some(rest) = [
            "say that",
            "say",
            "leave a message that",
            "leave a message saying",
            "leave a message",
            "pass on that",
            "deliver the message",
            "deliver this message",
            "deliver a message",
        ]
        .iter()
        .find_map(|lead| strip_words(goal, lead))
        {
            ("them".to_owned(), rest.to_owned())
        } else {
            return None;
        };
    let text = strip_words(&text, "that").unwrap_or(&text).trim().to_owned();
    if text.is_empty() {
        return None;
    }
    let is_callee = matches!(recipient.to_lowercase().as_str(), "them" | "him" | "her" | "");
    let recipient = (!is_callee).then(|| to_callee(&recipient, principal));
    let purpose = recipient.as_ref().map_or_else(|| "to pass on a message".to_owned(), |recipient| format!("to pass on a message for {recipient}"));
    Some(Errand { subject: clause::sentence(&text), recipient, ..blank(TaskType::MessageDelivery, purpose) })
}

/// "my aunt I'll be late" → "my aunt", "I'll be late".
fn split_recipient(rest: &str) -> (String, String) {
    if let Some((recipient, text)) = rest.split_once(" that ").filter(|(recipient, _)| recipient.split(' ').count() <= 4) {
        return (recipient.to_owned(), text.to_owned());
    }
    let words: Vec<&str> = rest.split(' ').collect();
    let is_name = |word: &str| word.starts_with(char::is_uppercase) && !matches!(word.split(['\'', '’']).next(), Some("I"));
    let length = match words.first().map(|word| word.to_lowercase()).as_deref() {
        Some("my" | "the" | "our") => 2,
        Some("them" | "him" | "her" | "everyone" | "everybody") => 1,
        _ => words.iter().take_while(|word| is_name(word)).count().clamp(1, 3),
    };
    let length = length.min(words.len());
    (words[..length].join(" "), words[length..].join(" "))
}

fn complaint(brief: &Brief, goal: &str) -> Option<Errand> {
    let subject = [
        "complain about",
        "complain that",
        "complain",
        "make a complaint about",
        "make a complaint",
        "file a complaint about",
        "file a complaint",
        "report",
    ]
    .iter()
    .find_map(|lead| strip_words(goal, lead))?;
    Some(complaint_about(brief, subject))
}

fn complaint_about(brief: &Brief, subject: &str) -> Errand {
    let subject = to_callee(subject.trim_start_matches("about "), &brief.principal);
    let purpose = if subject.is_empty() { "to make a complaint".to_owned() } else { format!("to make a complaint: {subject}") };
    let ask = Ask {
        question: "What can you do about it?".to_owned(),
        indirect: "what can be done about it".to_owned(),
        fact: "response",
        answer: Answer::Words,
    };
    Errand { asks: vec![ask], subject, ..blank(TaskType::Complaint, purpose) }
}

fn inquiry(brief: &Brief, asks: Vec<Ask>) -> Errand {
    let clauses: Vec<&str> = asks.iter().map(|ask| ask.indirect.as_str()).collect();
    let purpose = format!("to ask {}", clauses.join(" and "));
    let task_type = match brief.task_type {
        TaskType::QuoteRequest | TaskType::OrderStatus => brief.task_type,
        _ if asks.iter().any(|ask| ask.fact == "status") => TaskType::OrderStatus,
        _ => TaskType::InformationInquiry,
    };
    let subject = asks.first().map(|ask| ask.indirect.clone()).unwrap_or_default();
    Errand { asks, subject, ..blank(task_type, purpose) }
}

/// What to do with an intent whose verb says nothing: the brief's own type decides.
fn by_type(brief: &Brief, goal: &str) -> Errand {
    let said = to_callee(goal, &brief.principal);
    let lower = clause::lower_first(&said);
    let today = Day::of(brief.local_time);
    let day = date::dates(goal, today).first().map(|day| day.value);
    let minute = clock::times(goal, leaning(goal, brief.task_type)).first().map(|time| time.value.minute);
    let one = |question: String, indirect: String, fact, answer| vec![Ask { question, indirect, fact, answer }];
    match brief.task_type {
        TaskType::AppointmentBooking => {
            Errand { day, minute, subject: lower.clone(), ..blank(brief.task_type, format!("to make an appointment: {said}")) }
        }
        TaskType::Reservation => Errand { day, minute, subject: lower.clone(), ..blank(brief.task_type, format!("to reserve {lower}")) },
        TaskType::AppointmentChange => {
            Errand { day, minute, subject: lower.clone(), ..blank(brief.task_type, format!("to change an appointment: {said}")) }
        }
        TaskType::Cancellation => Errand { day, minute, subject: lower.clone(), ..blank(brief.task_type, format!("to cancel {lower}")) },
        TaskType::MessageDelivery => Errand { subject: clause::sentence(goal), ..blank(brief.task_type, "to pass on a message".to_owned()) },
        TaskType::Complaint => complaint_about(brief, goal),
        TaskType::OrderStatus => {
            let asks = one(format!("Could you tell me the status of {lower}?"), format!("about the status of {lower}"), "status", Answer::Words);
            Errand { asks, subject: lower.clone(), ..blank(brief.task_type, format!("to ask about the status of {lower}")) }
        }
        TaskType::QuoteRequest => {
            let asks = one(format!("How much would that be for {lower}?"), format!("for the price of {lower}"), "price", Answer::Price);
            Errand { asks, subject: lower.clone(), ..blank(brief.task_type, format!("to ask for the price of {lower}")) }
        }
        TaskType::InformationInquiry | TaskType::Custom => {
            let asks = one("What can you tell me about that?".to_owned(), format!("about this: {goal}"), "answer", Answer::Words);
            let purpose = if goal.is_empty() { "with a request".to_owned() } else { format!("with this request: {goal}") };
            Errand { asks, subject: goal.to_owned(), ..blank(TaskType::Custom, purpose) }
        }
    }
}

fn blank(task_type: TaskType, purpose: String) -> Errand {
    Errand {
        task_type,
        purpose,
        asks: Vec::new(),
        subject: String::new(),
        recipient: None,
        day: None,
        minute: None,
        alternatives: Alternatives::default(),
    }
}

const ASK_VERBS: [&str; 18] = [
    "also ask",
    "and ask",
    "then ask",
    "ask",
    "inquire",
    "enquire",
    "find out",
    "also find out",
    "check",
    "see",
    "learn",
    "figure out",
    "confirm",
    "verify",
    "make sure",
    "tell me",
    "let me know",
    "get",
];
const STARTERS: [&str; 13] = ["if", "whether", "what", "what's", "when", "where", "who", "why", "how", "which", "about", "for", "that"];

/// Returns all that a sentence asks, empty if it asks nothing.
fn asks_of(goal: &str, brief: &Brief) -> Vec<Ask> {
    let (first, later) = split_questions(goal);
    let Some(clause) = first_clause(&first, brief) else { return Vec::new() };
    let mut asks = vec![ask_for(clause, brief)];
    for piece in later {
        let bare = ASK_VERBS.iter().find_map(|verb| strip_words(&piece, verb)).unwrap_or(&piece);
        if let Some(clause) = first_clause(&format!("ask {bare}"), brief) {
            asks.push(ask_for(clause, brief));
        }
    }
    asks
}

/// Cuts "what time they close and how much a haircut costs" in two.
fn split_questions(goal: &str) -> (String, Vec<String>) {
    let mut pieces = vec![String::new()];
    let words: Vec<&str> = goal.split_whitespace().collect();
    let mut place = 0;
    while place < words.len() {
        let word = words[place];
        let is_joint = place > 1 && (word.eq_ignore_ascii_case("and") || word.eq_ignore_ascii_case("also"));
        let next = words.get(place + 1).map(|next| next.to_lowercase()).unwrap_or_default();
        let begins = matches!(
            next.as_str(),
            "if" | "whether"
                | "what"
                | "what's"
                | "when"
                | "where"
                | "who"
                | "why"
                | "how"
                | "which"
                | "ask"
                | "find"
                | "also"
                | "about"
                | "do"
                | "are"
                | "is"
        );
        if is_joint && begins {
            pieces.push(String::new());
        } else if let Some(piece) = pieces.last_mut() {
            if !piece.is_empty() {
                piece.push(' ');
            }
            piece.push_str(word);
        }
        place += 1;
    }
    let mut pieces = pieces.into_iter().map(|piece| piece.trim_end_matches(',').to_owned()).filter(|piece| !piece.is_empty());
    (pieces.next().unwrap_or_default(), pieces.collect())
}

fn first_clause(goal: &str, brief: &Brief) -> Option<Clause> {
    let principal = &brief.principal;
    let asked = ASK_VERBS.iter().find_map(|verb| strip_words(goal, verb).map(|rest| (*verb, rest)));
    let Some((verb, rest)) = asked else {
        return direct(goal, principal);
    };
    let rest = rest.trim_end_matches('?');
    let words: Vec<&str> = rest.split_whitespace().collect();
    let starter = words.iter().take(5).position(|word| STARTERS.contains(&word.to_lowercase().as_str()));
    let first = words.first().map(|word| word.to_lowercase()).unwrap_or_default();
    if words.is_empty() {
        return None;
    }
    let is_on = first == "on" && words.len() > 1;
    let skips_addressee = starter.filter(|starter| {
        *starter == 0
            || matches!(first.as_str(), "them" | "him" | "her" | "the" | "someone" | "somebody" | "my" | "me" | "with" | "an" | "a" | "if")
            || words[0].starts_with(char::is_uppercase)
    });
    let noun = |text: &str| to_callee(text, principal);
    match (verb, skips_addressee) {
        ("get", Some(_)) | ("get", None) => price_or_data(rest).map(|noun_text| clause::from_indirect(&format!("for {}", noun(noun_text)))),
        ("confirm" | "verify" | "make sure", Some(0)) if first == "that" => Some(confirmation(&noun(&words[1..].join(" ")))),
        ("confirm" | "verify" | "make sure", None) => Some(if words.iter().any(|word| matches!(*word, "is" | "are" | "they" | "have")) {
            confirmation(&noun(rest))
        } else {
            clause::from_indirect(&format!("about {}", noun(rest)))
        }),
        (_, Some(starter)) => {
            let is_noun_first = starter > 0 && matches!(first.as_str(), "the" | "a" | "an") && matches!(words[starter], "for" | "about");
            if is_noun_first { Some(clause::from_indirect(&format!("about {}", noun(rest)))) } else { Some(clause_of(&words[starter..], principal)) }
        }
        _ if is_on => Some(clause::from_indirect(&format!("about {}", noun(&words[1..].join(" "))))),
        _ => {
            if AUXILIARY_STARTS.contains(&first.as_str()) {
                return direct(rest, principal);
            }
            let bare = strip_words(rest, "them").unwrap_or(rest);
            (!bare.is_empty() && !matches!(verb, "see" | "tell me" | "let me know")).then(|| clause::from_indirect(&format!("about {}", noun(bare))))
        }
    }
}

/// A clause whose order may be either way: "what time they close", "what time do they close".
fn clause_of(words: &[&str], principal: &str) -> Clause {
    let said = to_callee(&words.join(" "), principal);
    let said = said.trim_end_matches(['.', '?']);
    let lower: Vec<String> = said.split_whitespace().map(str::to_lowercase).collect();
    let you = lower.iter().position(|word| word == "you");
    let is_direct = you.is_some_and(|you| you >= 2 && matches!(lower[you - 1].as_str(), "do" | "are" | "can" | "will" | "does" | "would"));
    if is_direct { clause::from_direct(said) } else { clause::from_indirect(said) }
}

const AUXILIARY_STARTS: [&str; 12] = ["do", "does", "are", "is", "can", "could", "will", "would", "did", "has", "have", "should"];

fn direct(goal: &str, principal: &str) -> Option<Clause> {
    let first = goal.split_whitespace().next()?.to_lowercase();
    let is_question = matches!(first.as_str(), "what" | "what's" | "when" | "where" | "who" | "why" | "how" | "which" | "until")
        || AUXILIARY_STARTS.contains(&first.as_str());
    if !is_question {
        return None;
    }
    let said = to_callee(goal.trim_end_matches('?'), principal);
    let words: Vec<&str> = said.split_whitespace().collect();
    let has_auxiliary = words.iter().take(4).any(|word| AUXILIARY_STARTS.contains(&word.to_lowercase().as_str()));
    Some(if has_auxiliary || first == "what's" { clause::from_direct(&said) } else { clause::from_indirect(&clause::lower_first(&said)) })
}

fn confirmation(claim: &str) -> Clause {
    Clause { indirect: format!("you to confirm that {claim}"), question: format!("Could you confirm that {claim}?") }
}

/// "a quote for tyres", "their opening hours": things one gets told. A table is not.
fn price_or_data(rest: &str) -> Option<&str> {
    let lower = rest.to_lowercase();
    ["price", "quote", "estimate", "hours", "address", "number", "cost", "rate", "information", "status", "menu"]
        .iter()
        .any(|noun| lower.contains(noun))
        .then_some(rest)
}

fn ask_for(clause: Clause, brief: &Brief) -> Ask {
    let (fact, answer) = fact_of(&clause.indirect.to_lowercase(), brief.task_type);
    Ask { question: clause.question, indirect: clause.indirect, fact, answer }
}

fn fact_of(clause: &str, task_type: TaskType) -> (&'static str, Answer) {
    let words: Vec<&str> = clause.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty()).collect();
    let has = |any: &[&str]| words.iter().any(|word| any.contains(word));
    let is_yes_no = matches!(words.first(), Some(&("if" | "whether"))) || clause.starts_with("you to confirm");
    let is_price = has(&["price", "prices", "cost", "costs", "charge", "charges", "fee", "fees", "rate", "rates", "quote", "estimate"])
        || (clause.contains("how much") && !has(&["time", "longer", "notice"]));
    let asks_time = clause.starts_with("what time")
        || clause.starts_with("when")
        || clause.starts_with("at what time")
        || clause.starts_with("until")
        || clause.starts_with("how late")
        || clause.starts_with("about")
        || clause.starts_with("for")
        || clause.starts_with("how early");
    if task_type == TaskType::OrderStatus && !is_yes_no && !is_price {
        return ("status", Answer::Words);
    }
    if is_yes_no {
        let is_availability = has(&[
            "have",
            "has",
            "available",
            "availability",
            "table",
            "tables",
            "room",
            "rooms",
            "stock",
            "sell",
            "carry",
            "offer",
            "opening",
            "openings",
            "space",
            "slots",
            "got",
            "free",
        ]);
        let is_open = has(&["open"]) && !is_availability;
        return (
            if is_open {
                "is_open"
            } else if is_availability {
                "availability"
            } else {
                "answer"
            },
            Answer::YesNo,
        );
    }
    let opens = has(&["open", "opens", "opening"]);
    let closes = has(&["close", "closes", "closing", "shut", "shuts"])
        || clause.starts_with("how late")
        || clause.contains("open until")
        || clause.starts_with("until");
    match () {
        () if has(&["hours"]) && !clause.starts_with("how many") && !is_price => ("hours", Answer::Hours),
        () if is_price => ("price", Answer::Price),
        () if opens && closes && asks_time && !clause.starts_with("how late") && !clause.contains("until") => ("hours", Answer::Hours),
        () if closes && asks_time => ("closing_time", Answer::ClosingTime),
        () if opens && asks_time => ("opening_time", Answer::OpeningTime),
        () if has(&["order", "package", "parcel", "delivery", "refund", "shipment"])
            && (has(&["status", "where"]) || clause.starts_with("about")) =>
        {
            ("status", Answer::Words)
        }
        () if clause.contains("phone number") || clause.contains("fax number") => ("phone_number", Answer::PhoneNumber),
        () if clause.starts_with("who") || clause.contains("the name of") => ("name", Answer::Name),
        () if has(&["address"]) || clause.starts_with("where") => ("address", Answer::Words),
        () if clause.starts_with("when") || clause.starts_with("what time") || clause.starts_with("what day") || clause.starts_with("how soon") => {
            ("when", Answer::When)
        }
        () if clause.starts_with("how long") => ("duration", Answer::Words),
        () => ("answer", Answer::Words),
    }
}

#[cfg(test)]
mod tests;
