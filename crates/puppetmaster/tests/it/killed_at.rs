//! `kill -9` at exact points of the dial, placed by a door through which every request to the practice network goes, and judged by
//! what truly happened on that network.

use assistant::task::TaskState;
use ports::task_store::TaskStore;
use store::{Access, Options, Store};
use telephony::Disposition;

use crate::door::{Asks, Door, Moment};
use crate::program::{Home, Network, give_way};

const ASK: &str = "Ask what time they close today";

/// Rings and is never picked up.
const NOBODY: &str = "+12125550111";
const BUSY: &str = "+12125550110";

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

    /// Makes a call that nobody answers and kills the program at this moment.
    fn kill(&self, asks: Asks, moment: Moment) {
        let flag = self.network.flag_through(&self.home, self.door.address);
        let mut call = self.home.start(&["--set", &flag, "call", NOBODY, ASK, "--yes"]);
        let is_done = self.door.kill(call.pid(), asks, moment);
        if asks == Asks::End {
            call.until("ringing");
            call.signal("INT");
        }
        is_done.recv().unwrap();
        assert_eq!(call.end().code, None, "a signal ended it");
    }

    /// Dials somebody else, which settles first what was left behind. Returns how the killed attempt ended, and its calls on the network.
    fn settled(&self) -> (Disposition, Vec<serde_json::Value>) {
        let ended = self.home.run(&["--set", &self.network.flag(), "call", BUSY, ASK, "--yes"]);
        assert_eq!(ended.code, Some(4), "{ended:?}");
        assert!(!ended.stderr.contains("ERROR") && !ended.stderr.contains("panicked"), "{}", ended.stderr);
        let books = self.home.books();
        let (task, attempts) = &books[1];
        assert_eq!((task.number.as_e164(), attempts.len(), task.state), (NOBODY, 1, TaskState::Done));
        let calls = self.calls();
        assert!(calls.iter().all(|call| !call["ended_by"].is_null()), "it still lives: {calls:?}");
        (attempts[0].finish.as_ref().unwrap().disposition, calls)
    }

    fn calls(&self) -> Vec<serde_json::Value> {
        self.network.calls().into_iter().filter(|call| call["to"] == NOBODY).collect()
    }
}

/// K4, K5: the bytes have left, and the provider never got them. Nothing rang, and nothing rings.
#[test]
fn as_the_request_is_under_way() {
    let scene = Scene::new();
    scene.kill(Asks::Call, Moment::Sent);
    assert_eq!(scene.settled(), (Disposition::FailedUnknown, vec![]));
}

/// K5, K6: the provider makes the call, and the program never learns of it. It is found, ended and not made again.
#[test]
fn after_the_call_was_made_and_before_its_name_came() {
    let scene = Scene::new();
    scene.kill(Asks::Call, Moment::CarriedOut);
    let (disposition, calls) = scene.settled();
    assert_eq!((disposition, calls.len()), (Disposition::Interrupted, 1), "{calls:?}");
}

/// K6, K7: the name of the call is in the program and perhaps on its disk.
#[test]
fn as_the_name_of_the_call_comes() {
    let scene = Scene::new();
    scene.kill(Asks::Call, Moment::Answered);
    let (disposition, calls) = scene.settled();
    assert_eq!((disposition, calls.len()), (Disposition::Interrupted, 1), "{calls:?}");
}

/// K10: the hang-up is on its way, or done and not confirmed.
#[test]
fn as_it_hangs_up() {
    for moment in [Moment::Sent, Moment::CarriedOut] {
        let scene = Scene::new();
        scene.kill(Asks::End, moment);
        let (disposition, calls) = scene.settled();
        assert_eq!((disposition, calls.len()), (Disposition::Interrupted, 1), "{moment:?} {calls:?}");
    }
}

/// The provider cannot be reached at the start: the attempt stays open with its reserve, is asked about again, and closes when the
/// provider answers, without another start.
#[test]
fn a_provider_that_is_away_at_the_start_is_asked_again() {
    let scene = Scene::new();
    scene.kill(Asks::Call, Moment::CarriedOut);
    scene.door.set_open(false);
    let flag = scene.network.flag_through(&scene.home, scene.door.address);
    let mut serving = scene.home.start(&["--set", &flag, "serve", "--listen", "127.0.0.1:0"]);
    serving.until("address");
    assert_eq!(scene.open_attempts(), 1, "nobody knows what became of it");
    scene.door.set_open(true);
    while scene.open_attempts() > 0 {
        give_way();
    }
    serving.signal("TERM");
    assert_eq!(serving.end().code, Some(0));
    let calls = scene.calls();
    assert!(calls.len() == 1 && !calls[0]["ended_by"].is_null(), "{calls:?}");
    assert_eq!(scene.home.last_disposition(), Disposition::Interrupted);
}

impl Scene {
    fn open_attempts(&self) -> usize {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let store = Store::open(&self.home.data(), Options::new(Access::Looking)).await.unwrap();
            let open = store.unfinished().await.unwrap().len();
            store.close().await;
            open
        })
    }
}
