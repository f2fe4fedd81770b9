//! Conferences: who hears whom, when they begin and end, what is told of it, and what the API can do.

use std::collections::HashMap;

use simulator::cast::Cast;
use wire::http::HttpRequest;
use wire::twilio::rest::{
    ConferenceFilter, ConferenceRequest, ConferenceUpdate, CreateParticipant, Paging, ParticipantFilter, ParticipantRequest, ParticipantUpdate,
    RestRequest,
};

use crate::app::{App, Saw};
use crate::telling::telling;

const NUMBERS: [&str; 3] = ["+12125550190", "+12125550191", "+12125550192"];
const SENTENCES: [&str; 3] = ["I am Alice and I speak first.", "I am Bob and I come second.", "I am Carol and I am the last."];

/// Says one sentence some time after the answer, then is quiet for long.
fn speaker(number: &str, after_ms: u32, sentence: &str) -> String {
    format!(
        "number: \"{number}\"\nname: Speaker\ndescription: Says one sentence.\nline: {{ ring_after_ms: 100, answer_after_ms: 100 }}\nbegins_at: talk\nscenes:\n  \
         talk: {{ announcement: {{ say: [{{ after_ms: {after_ms}, say: \"{sentence}\" }}], then: {{ goto: rest }} }} }}\n  \
         rest: {{ silence: {{ hangs_up_after_ms: 600000 }} }}\n"
    )
}

async fn app(after_ms: [u32; 3]) -> App {
    let mut cast = Cast::shipped().unwrap();
    for (at, number) in NUMBERS.iter().enumerate() {
        cast = cast.with("s.yaml", &speaker(number, after_ms[at], SENTENCES[at])).unwrap();
    }
    let app = App::with(sandbox::SandboxConfig { cast, ..telling() }).await;
    app.serve("/news", "");
    app.serve("/left", "<Response/>");
    app
}

const ALL: &str = "start end join leave mute hold modify speaker announcement";

impl App {
    fn serve_room(&self, path: &str, attributes: &str) {
        self.serve(
            path,
            &format!(
                "<Response><Dial action=\"/left\"><Conference statusCallback=\"/news\" statusCallbackEvent=\"{ALL}\" {attributes}>room</Conference></Dial></Response>"
            ),
        );
    }

    async fn join(&self, number: &str, path: &str) -> String {
        let mut create = self.create(number);
        create.instructions = wire::twilio::rest::CallInstructions::url(format!("{}{path}", self.origin));
        self.place(&create).await
    }

    async fn until_news(&mut self, event: &str) -> HashMap<String, String> {
        match self.until(|saw| matches!(saw, Saw::Hook { path, form, .. } if path == "/news" && form["StatusCallbackEvent"] == event)).await.0 {
            Saw::Hook { form, is_signed: true, .. } => form,
            other => panic!("{other:?}"),
        }
    }

    fn conference(&self, request: ConferenceRequest) -> HttpRequest {
        RestRequest::Conference { account: self.account(), request }.write()
    }

    fn participant(&self, conference: &str, request: ParticipantRequest) -> HttpRequest {
        RestRequest::Participant { account: self.account(), conference: conference.into(), request }.write()
    }

    async fn update(&self, conference: &str, participant: &str, update: ParticipantUpdate) -> serde_json::Value {
        let request = ParticipantRequest::Update { participant: participant.into(), update: Box::new(update) };
        let (status, body) = self.send(self.participant(conference, request)).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    async fn until_heard(&mut self, sid: &str, text: &str) {
        self.until_true(sid, |call| call.callee_heard.concat().contains(text)).await;
    }
}

fn told(event: &'static str) -> impl Fn(&Saw) -> bool {
    move |saw| matches!(saw, Saw::Hook { path, form, .. } if path == "/news" && form["StatusCallbackEvent"] == event)
}

fn left(saw: &Saw) -> bool {
    matches!(saw, Saw::Hook { path, .. } if path == "/left")
}

#[tokio::test]
async fn each_hears_all_others_and_not_themselves() {
    let mut app = app([7_000, 11_000, 15_000]).await;
    app.serve_room("/voice", "waitUrl=\"\" beep=\"false\"");
    let mut sids = Vec::new();
    for number in NUMBERS {
        sids.push(app.join(number, "/voice").await);
    }
    let joined = app.until_news("participant-join").await;
    assert_eq!((joined["FriendlyName"].as_str(), joined["SequenceNumber"].as_str(), joined["Muted"].as_str()), ("room", "1", "false"));
    app.until_news("conference-start").await;
    app.until_news("participant-speech-start").await;
    for (sid, said) in [(&sids[0], SENTENCES[2]), (&sids[1], SENTENCES[2]), (&sids[2], SENTENCES[1])] {
        app.until_heard(sid, said).await;
    }
    let truth = app.sandbox.truth();
    for (at, sid) in sids.iter().enumerate() {
        let call = truth.call(sid).unwrap();
        let others: Vec<&str> = SENTENCES.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, said)| *said).collect();
        assert_eq!(call.callee_heard, others);
        assert!(!call.heard_calls.contains(sid) && call.heard_calls.len() == 2, "{:?}", call.heard_calls);
    }
    let conference = joined["ConferenceSid"].clone();
    let (status, body) =
        app.send(app.conference(ConferenceRequest::Update { conference: conference.clone(), update: ConferenceUpdate::end() })).await;
    assert_eq!(
        (status, body["status"].as_str(), body["reason_conference_ended"].as_str()),
        (200, Some("completed"), Some("conference-ended-via-api"))
    );
    let over = app.until_each(&[&told("conference-end"), &left, &left, &left]).await;
    assert_eq!(over[0]["ReasonConferenceEnded"], "conference-ended-via-api");
    for left in &over[1..] {
        assert_eq!((left["DialCallStatus"].as_str(), left["DialBridged"].as_str(), left.contains_key("DialCallSid")), ("answered", "true", false));
    }
    let (_, body) =
        app.send(app.participant(&conference, ParticipantRequest::List { filter: ParticipantFilter::default(), paging: Paging::default() })).await;
    assert_eq!(body["participants"], serde_json::json!([]));
}

#[tokio::test]
async fn who_waits_hears_their_document_until_somebody_may_begin_and_all_ends_with_whoever_ends_it() {
    let mut app = app([60_000, 60_000, 60_000]).await;
    app.serve_room("/voice", "waitUrl=\"/wait\" startConferenceOnEnter=\"false\"");
    app.serve("/wait", "<Response><Say>Please wait for the others to come.</Say><Redirect/></Response>");
    let waiting = app.join(NUMBERS[0], "/voice").await;
    app.until_hook("/wait").await;
    app.until_hook("/wait").await;
    let joined = app.until(|saw| matches!(saw, Saw::Hook { path, .. } if path == "/wait")).await.1;
    assert!(
        !joined
            .iter()
            .any(|saw| matches!(saw, Saw::Hook { form, .. } if form.get("StatusCallbackEvent").is_some_and(|event| event == "conference-start")))
    );
    let add = CreateParticipant {
        label: Some("boss".into()),
        end_conference_on_exit: Some(true),
        status_callback: Some(format!("{}/leg", app.origin)),
        ..CreateParticipant::new(app.sandbox.credentials.from_number.clone(), "+12125550125")
    };
    app.serve("/leg", "");
    let (status, body) = app.send(app.participant("room", ParticipantRequest::Add(Box::new(add)))).await;
    assert_eq!((status, body["status"].as_str(), body["label"].as_str()), (201, Some("queued"), Some("boss")));
    let boss = body["call_sid"].as_str().unwrap().to_owned();
    app.until_news("conference-start").await;
    // News of one conference come in order; the document of who waited goes on beside them.
    let is_of_boss = |saw: &Saw| matches!(saw, Saw::Hook { form, .. } if form.get("ParticipantLabel").is_some_and(|label| label == "boss"));
    let boss_leaves = |saw: &Saw| told("participant-leave")(saw) && is_of_boss(saw);
    let other_leaves = |saw: &Saw| told("participant-leave")(saw) && !is_of_boss(saw);
    let [boss_left, end, moderated, gone_on] =
        app.until_each(&[&boss_leaves, &told("conference-end"), &other_leaves, &left]).await.try_into().unwrap();
    assert_eq!((boss_left["CallSid"].as_str(), boss_left["ReasonParticipantLeft"].as_str()), (boss.as_str(), "participant_hung_up"));
    assert_eq!(boss_left["ParticipantCallStatus"], "completed");
    assert_eq!((end["CallSidEndingConference"].as_str(), end["ParticipantLabelEndingConference"].as_str()), (boss.as_str(), "boss"));
    assert_eq!(end["ReasonConferenceEnded"], "participant-with-end-conference-on-exit-left");
    assert_eq!((moderated["CallSid"].as_str(), moderated["ReasonParticipantLeft"].as_str()), (waiting.as_str(), "moderator_ended_conference"));
    assert_eq!(gone_on["DialCallStatus"], "answered");
    app.until_heard(&waiting, "Please wait for the others to come.").await;
}

#[tokio::test]
async fn the_api_mutes_holds_coaches_announces_and_removes() {
    let mut app = app([60_000, 60_000, 60_000]).await;
    for (at, label) in ["alice", "bob", "carol"].iter().enumerate() {
        app.serve_room(&format!("/{label}"), &format!("participantLabel=\"{label}\" waitUrl=\"\" beep=\"false\""));
        app.join(NUMBERS[at], &format!("/{label}")).await;
    }
    let mut sids = HashMap::new();
    let mut conference = String::new();
    for _ in 0..3 {
        let joined = app.until_news("participant-join").await;
        sids.insert(joined["ParticipantLabel"].clone(), joined["CallSid"].clone());
        conference.clone_from(&joined["ConferenceSid"]);
    }
    let (_, body) = app
        .send(app.conference(ConferenceRequest::List {
            filter: ConferenceFilter { friendly_name: Some("room".into()), ..ConferenceFilter::default() },
            paging: Paging::default(),
        }))
        .await;
    assert_eq!((body["conferences"][0]["sid"].as_str(), body["conferences"][0]["status"].as_str()), (Some(conference.as_str()), Some("in-progress")));
    assert_eq!(app.update(&conference, "bob", ParticipantUpdate::mute(true)).await["muted"], true);
    let news = app.until_news("participant-mute").await;
    assert_eq!((news["CallSid"].as_str(), news["Muted"].as_str()), (sids["bob"].as_str(), "true"));
    let filter = ParticipantFilter { muted: Some(true), ..ParticipantFilter::default() };
    let (_, body) = app.send(app.participant(&conference, ParticipantRequest::List { filter, paging: Paging::default() })).await;
    assert_eq!(body["participants"].as_array().unwrap().len(), 1);
    app.update(&conference, "bob", ParticipantUpdate::mute(false)).await;
    app.until_news("participant-unmute").await;
    app.serve("/hold", "<Response><Say>You are on hold now.</Say></Response>");
    app.update(&conference, "bob", ParticipantUpdate::hold(Some(&format!("{}/hold", app.origin)))).await;
    app.until_news("participant-hold").await;
    app.until_heard(&sids["bob"], "You are on hold now.").await;
    // Whoever is on hold hears nothing of an announcement to another.
    app.serve("/announce", "<Response><Say>Five minutes are left.</Say></Response>");
    app.update(&conference, "alice", ParticipantUpdate::announce(format!("{}/announce", app.origin))).await;
    let news = app.until_news("announcement-end").await;
    assert_eq!(news["AnnounceUrl"], format!("{}/announce", app.origin));
    app.until_heard(&sids["alice"], "Five minutes are left.").await;
    assert!(!app.sandbox.truth().call(&sids["carol"]).unwrap().callee_heard.concat().contains("Five"));
    assert_eq!(app.update(&conference, "bob", ParticipantUpdate::unhold()).await["hold"], false);
    app.until_news("participant-unhold").await;
    let coaching = app.update(&conference, "carol", ParticipantUpdate::coach(sids["alice"].clone())).await;
    assert_eq!((coaching["coaching"].as_bool(), coaching["call_sid_to_coach"].as_str()), (Some(true), Some(sids["alice"].as_str())));
    app.until_news("participant-modify").await;
    let wrong = ParticipantRequest::Update { participant: "carol".into(), update: Box::new(ParticipantUpdate::coach("CAnobody")) };
    let (status, body) = app.send(app.participant(&conference, wrong)).await;
    assert_eq!((status, body["code"].as_u64()), (400, Some(13_240)));
    let announce =
        ConferenceRequest::Update { conference: conference.clone(), update: ConferenceUpdate::announce(format!("{}/nothing", app.origin)) };
    app.send(app.conference(announce)).await;
    assert_eq!(app.until_news("announcement-fail").await["ReasonAnnouncementFailed"], "Error 11200");
    let (status, _) = app.send(app.participant(&conference, ParticipantRequest::Remove { participant: "bob".into() })).await;
    assert_eq!(status, 204);
    let [removed, gone_on] = app.until_each(&[&told("participant-leave"), &left]).await.try_into().unwrap();
    assert_eq!((removed["CallSid"].as_str(), removed["ReasonParticipantLeft"].as_str()), (sids["bob"].as_str(), "participant_updated_via_api"));
    assert_eq!(gone_on["CallSid"], sids["bob"]);
    let (status, _) = app.send(app.participant(&conference, ParticipantRequest::Fetch { participant: "bob".into() })).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn the_muted_are_not_heard_a_coach_is_heard_by_one_and_the_room_is_recorded() {
    let mut app = app([7_000, 11_000, 15_000]).await;
    app.serve_room("/alice", "waitUrl=\"\" beep=\"false\" muted=\"true\"");
    app.serve_room("/bob", "waitUrl=\"\" beep=\"false\" record=\"record-from-start\" recordingStatusCallback=\"/taped\"");
    app.serve("/taped", "");
    let alice = app.join(NUMBERS[0], "/alice").await;
    let bob = app.join(NUMBERS[1], "/bob").await;
    app.serve_room("/carol", &format!("waitUrl=\"\" beep=\"false\" coach=\"{bob}\""));
    let carol = app.join(NUMBERS[2], "/carol").await;
    let conference = app.until_news("conference-start").await["ConferenceSid"].clone();
    app.until_heard(&bob, SENTENCES[2]).await;
    app.until_heard(&carol, SENTENCES[1]).await;
    let truth = app.sandbox.truth();
    assert_eq!(truth.call(&alice).unwrap().callee_heard, [SENTENCES[1]]);
    assert_eq!(truth.call(&bob).unwrap().callee_heard, [SENTENCES[2]]);
    assert_eq!(truth.call(&carol).unwrap().callee_heard, [SENTENCES[1]]);
    app.send(app.conference(ConferenceRequest::Update { conference: conference.clone(), update: ConferenceUpdate::end() })).await;
    let taped = app.until_hook("/taped").await;
    assert_eq!(
        (taped["ConferenceSid"].as_str(), taped["RecordingSource"].as_str(), taped["RecordingStatus"].as_str()),
        (conference.as_str(), "Conference", "completed")
    );
    // All who were heard are on the tape, whole.
    let reply = app.client.get(&taped["RecordingUrl"]).basic_auth(app.account(), Some(&app.sandbox.credentials.auth_token)).send().await.unwrap();
    let wav = audio::wav::read_wav(&reply.bytes().await.unwrap(), 1_000_000).unwrap();
    let is_on_tape = |said: &str| {
        let sound = crate::telling::sound(said);
        wav.samples.windows(sound.len()).any(|window| window == sound)
    };
    assert_eq!(SENTENCES.map(is_on_tape), [false, true, true]);
    let paging = Paging::default();
    let list = ConferenceRequest::ListRecordings { conference, filter: Default::default(), paging };
    let (_, body) = app.send(app.conference(list)).await;
    assert_eq!(body["recordings"][0]["sid"].as_str(), Some(taped["RecordingSid"].as_str()));
}

#[tokio::test]
async fn a_full_conference_takes_nobody_in_and_a_failing_document_breaks_the_join() {
    let mut app = app([60_000; 3]).await;
    app.serve_room("/voice", "waitUrl=\"\" maxParticipants=\"2\"");
    for number in &NUMBERS[..2] {
        app.join(number, "/voice").await;
    }
    app.until_news("conference-start").await;
    let third = app.join(NUMBERS[2], "/voice").await;
    let left = app.until_hook("/left").await;
    assert_eq!((left["CallSid"].as_str(), left["DialCallStatus"].as_str(), left["DialBridged"].as_str()), (third.as_str(), "failed", "false"));
    app.serve("/broken", "<Response><Dial action=\"/left\"><Conference waitUrl=\"/nothing\">other</Conference></Dial></Response>");
    let fourth = app.join(NUMBERS[2], "/broken").await;
    let left = app.until_hook("/left").await;
    assert_eq!((left["CallSid"].as_str(), left["DialCallStatus"].as_str()), (fourth.as_str(), "failed"));
    assert_eq!(app.sandbox.truth().call(&fourth).unwrap().errors, [11_200]);
}
