//! A disk that has no room: nothing new is dialed, and a call that meets it is written down to its end.

use crate::faulty_disk;
use crate::program::{Home, Network, Running, give_way};

const ASK: &str = "Ask what time they close today";

/// Rings and is never picked up.
const NOBODY: &str = "+12125550111";
const BUSY: &str = "+12125550110";

/// More than any disk has.
const NEVER_ENOUGH: &str = "storage.least_free_megabytes=10000000";

/// F39: a refusal with what to do, before anything is asked of a provider; the doctor says the same.
#[test]
fn nothing_is_dialed_without_room_for_what_it_brings() {
    let home = Home::new();
    let network = Network::start(&home);
    let refused = home.run(&["--set", &network.flag(), "--set", NEVER_ENOUGH, "call", BUSY, ASK, "--yes"]);
    refused.fails_with(3, "dialing.no_space");
    assert!(refused.stderr.contains("calls need 10000000") && refused.stderr.contains("storage.least_free_megabytes"), "{refused:?}");
    assert_eq!(network.calls().len(), 0);
    assert!(home.books().iter().all(|(_, attempts)| attempts.is_empty()));
    let doctor = home.run(&["--set", NEVER_ENOUGH, "doctor"]);
    assert!(doctor.code == Some(1) && doctor.stdout.contains("dialing.no_space"), "{doctor:?}");
}

/// F40: the space that is held for this is given up, and the end finds room; once there is more, it is held again.
#[test]
fn the_last_rows_of_a_call_find_room_on_a_full_disk() {
    let home = Home::new();
    let network = Network::start(&home);
    let (full, ballast) = (home.path().join("full"), home.data().join("ballast"));
    std::fs::create_dir(home.data()).unwrap();
    let mut command = home.command(&["--set", &network.flag(), "call", NOBODY, ASK, "--yes"]);
    faulty_disk::filled(&mut command, &home.data(), &full, "puppetmaster.db", Some(&ballast));
    let mut call = Running::of(command);
    call.until("ringing");
    while std::fs::metadata(&ballast).map_or(0, |file| file.len()) < 4 << 20 {
        give_way();
    }
    std::fs::write(&full, "").unwrap();
    call.signal("INT");
    let ended = call.end();
    assert!(!ended.stderr.contains("ERROR") && !ended.stderr.contains("panicked"), "{ended:?}");
    assert!(!ballast.exists(), "nothing was given up: {ended:?}");
    let books = home.books();
    assert_eq!(books[0].1.len(), 1, "its end is in the books");

    std::fs::remove_file(&full).unwrap();
    let again = home.run(&["--set", &network.flag(), "call", BUSY, ASK, "--yes"]);
    assert_eq!(again.code, Some(4), "{again:?}");
    assert!(ballast.exists(), "it is held again");
}
