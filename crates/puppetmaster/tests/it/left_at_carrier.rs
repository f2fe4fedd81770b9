//! Recordings that a kill or a full disk left at the provider are fetched later, once; those that were erased are deleted there. And
//! a kill between the provider's question and our answer.

use audio::wav::read_wav;
use telephony::Disposition;

use crate::door::{Asks, Door, Moment};
use crate::faulty_disk;
use crate::program::{Home, Network, Running, give_way};

const ASK: &str = "Ask what time they close today";
const SHOP: &str = "+12125550123";

/// Picks up, and is gone within a second.
const GONE_AT_ONCE: &str = "+12125550125";

const IN_TEXT: &str = "conversation_mode=text_relay";

struct Scene {
    home: Home,
    network: Network,
    door: Door,
}

impl Scene {
    fn new() -> Self {
        let home = Home::new();
        let network = Network::start(&home);
        let door = Door::to(network.address());
        Self { home, network, door }
    }

    /// Makes a call that the provider records, and kills the program at this moment of the fetch.
    fn killed(&self, moment: Moment) -> String {
        let flag = self.network.flag_through(&self.home, self.door.address);
        let call = self.home.start(&["--set", &flag, "--set", IN_TEXT, "call", GONE_AT_ONCE, ASK, "--yes"]);
        self.door.kill(call.pid(), Asks::Recording, moment).recv().unwrap();
        assert_eq!(call.end().code, None, "a signal ended it");
        assert_eq!((self.network.recordings().len(), self.door.recordings()), (1, 0), "it is there, and not here");
        self.attempt()
    }

    /// Starts again, and ends in good order.
    fn start_again(&self) {
        self.door.let_recordings_through();
        let flag = self.network.flag_through(&self.home, self.door.address);
        let mut serving = self.home.start(&["--set", &flag, "serve", "--listen", "127.0.0.1:0"]);
        serving.until("address");
        serving.signal("TERM");
        let ended = serving.end();
        assert!(ended.code == Some(0) && !ended.stderr.contains("ERROR"), "{ended:?}");
    }

    fn attempt(&self) -> String {
        let listed = self.home.run(&["task", "list", "--json"]);
        let listed: serde_json::Value = serde_json::from_str(&listed.stdout).unwrap();
        let task = listed[0]["id"].as_str().or(listed["tasks"][0]["id"].as_str()).unwrap_or_else(|| panic!("{listed}")).to_owned();
        let shown = self.home.run(&["task", "show", &task, "--json"]);
        let shown: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
        shown["attempts"][0]["attempt"].as_str().unwrap_or_else(|| panic!("{shown}")).to_owned()
    }

    /// Whether the recording can be listened to, and is whole.
    fn is_here(&self, attempt: &str) -> bool {
        let file = self.home.path().join("call.wav");
        let ended = self.home.run(&["recording", attempt, "--to", file.to_str().unwrap()]);
        ended.code == Some(0) && read_wav(&std::fs::read(file).unwrap(), 8_000 * 600).unwrap().samples.len() > 1_000
    }
}

/// K12: the provider has told of the recording, and not a byte of it is here, or half of them.
#[test]
fn a_recording_whose_fetch_was_cut_off_is_fetched_at_the_next_start_and_once() {
    for moment in [Moment::Sent, Moment::Halfway] {
        let scene = Scene::new();
        let attempt = scene.killed(moment);
        assert!(!scene.is_here(&attempt), "{moment:?}");
        scene.start_again();
        assert!(scene.is_here(&attempt), "{moment:?}");
        assert_eq!((scene.network.recordings().len(), scene.door.recordings()), (0, 1), "{moment:?}: it is here, and not there");
        scene.start_again();
        assert!(scene.is_here(&attempt) && scene.door.recordings() == 1, "{moment:?}: fetched twice");
    }
}

#[test]
fn what_was_erased_is_deleted_at_the_provider_and_not_fetched() {
    let scene = Scene::new();
    let attempt = scene.killed(Moment::Sent);
    // The next start settles the attempt, and is killed as it asks for the recording.
    let flag = scene.network.flag_through(&scene.home, scene.door.address);
    let serving = scene.home.start(&["--set", &flag, "serve", "--listen", "127.0.0.1:0"]);
    scene.door.kill(serving.pid(), Asks::Recording, Moment::Sent).recv().unwrap();
    assert_eq!(serving.end().code, None, "a signal ended it");
    let erased = scene.home.run(&["data", "erase", "--number", GONE_AT_ONCE, "--yes"]);
    assert_eq!(erased.code, Some(0), "{erased:?}");
    scene.start_again();
    assert_eq!((scene.network.recordings().len(), scene.door.recordings()), (0, 0), "deleted there, and not fetched");
    assert!(!scene.is_here(&attempt));
}

/// F41: nothing of the recording finds room. The call says so, the provider keeps it, and it is fetched once there is room.
#[test]
fn a_recording_that_finds_no_room_stays_at_the_provider_until_there_is() {
    let scene = Scene::new();
    let full = scene.home.path().join("full");
    std::fs::write(&full, "").unwrap();
    std::fs::create_dir(scene.home.data()).unwrap();
    let mut command = scene.home.command(&["--set", &scene.network.flag(), "--set", IN_TEXT, "call", GONE_AT_ONCE, ASK, "--yes"]);
    faulty_disk::filled(&mut command, &scene.home.data(), &full, ".recording.part", None);
    let ended = Running::of(command).end();
    assert!(ended.stdout.contains("still with the phone provider, because the disk is full; it is fetched later"), "{ended:?}");
    assert!(!ended.stderr.contains("ERROR") && !ended.stderr.contains("panicked"), "{ended:?}");
    assert_eq!(scene.network.recordings().len(), 1, "it was deleted where alone it is");
    let attempt = scene.attempt();
    assert!(!scene.is_here(&attempt));
    scene.start_again();
    assert!(scene.is_here(&attempt), "there is room now");
    assert_eq!(scene.network.recordings().len(), 0);
}

/// K8: the provider has asked what to do, and nobody answers. It hangs up by itself, and the books say what became of it.
#[test]
fn killed_between_the_question_of_the_provider_and_our_answer() {
    let home = Home::new();
    let network = Network::start(&home);
    let call = {
        let mut call = home.start(&["--set", &network.flag(), "call", SHOP, ASK, "--yes"]);
        call.until("ringing");
        // From here on questions arrive and wait: the program stands still.
        call.signal("STOP");
        call
    };
    let is_picked_up = || network.calls().iter().any(|call| call["to"] == SHOP && !call["answered_after_ms"].is_null());
    while !is_picked_up() {
        give_way();
    }
    call.signal("KILL");
    assert_eq!(call.end().code, None, "a signal ended it");
    let ended = home.run(&["--set", &network.flag(), "call", "+12125550110", ASK, "--yes"]);
    assert!(ended.code == Some(4) && !ended.stderr.contains("ERROR"), "{ended:?}");
    let calls: Vec<_> = network.calls().into_iter().filter(|call| call["to"] == SHOP).collect();
    assert!(calls.len() == 1 && calls[0]["rings"] == 1 && !calls[0]["ended_by"].is_null(), "{calls:?}");
    assert_eq!(calls[0]["streams"], 0, "it was answered: {calls:?}");
    let books = home.books();
    let killed = &books[1].1[0];
    assert_eq!(killed.finish.as_ref().unwrap().disposition, Disposition::Interrupted);
}
