//! Secrets: read back by name, unreadable on disk, gone for good once removed or erased.

use std::fs;
use std::path::Path;

use ports::secret_store::SecretStore;
use store::contract::NOON;
use store::{Access, Options, Store, Vault, Whose};
use telephony::Private;

async fn open(directory: &Path) -> (Store, Vault) {
    let vault = Vault::open(directory).unwrap();
    (Store::open(directory, Options::new(Access::Dialing)).await.unwrap(), vault)
}

async fn value(store: &Store, name: &str) -> Option<String> {
    store.secret(name).await.unwrap().map(Private::into_inner)
}

fn secret(value: &str) -> Private<String> {
    Private::new(value.to_owned())
}

/// Whether any file of the directory holds these bytes.
fn is_on_disk(directory: &Path, words: &str) -> bool {
    fs::read_dir(directory).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return is_on_disk(&path, words);
        }
        fs::read(&path).unwrap().windows(words.len()).any(|window| window == words.as_bytes())
    })
}

#[tokio::test]
async fn a_secret_is_kept_replaced_and_removed_and_never_lies_in_the_clear() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = open(directory.path()).await;
    store.set_secret("gym_number", &secret("first-value-4471"), NOON).await.unwrap();
    let copy = fs::read(directory.path().join("keys/secret.gym_number.key")).unwrap();
    store.set_secret("gym_number", &secret("second-value-4472"), NOON).await.unwrap();
    assert_eq!(value(&store, "gym_number").await.as_deref(), Some("second-value-4472"));
    assert_ne!(fs::read(directory.path().join("keys/secret.gym_number.key")).unwrap(), copy, "a new value has a new key");
    let names: Vec<String> = store.secrets().await.unwrap().into_iter().map(|kept| kept.name).collect();
    assert_eq!(names, ["gym_number"]);
    assert!(!is_on_disk(directory.path(), "first-value-4471") && !is_on_disk(directory.path(), "second-value-4472"));
    assert!(store.remove_secret("gym_number", NOON).await.unwrap());
    assert!(!store.remove_secret("gym_number", NOON).await.unwrap());
    assert_eq!(value(&store, "gym_number").await, None);
    assert!(!directory.path().join("keys/secret.gym_number.key").exists());
    for name in ["../vault", "Gym", "", "a.b"] {
        assert!(store.set_secret(name, &secret("x"), NOON).await.is_err(), "{name:?} names a file");
        assert_eq!(value(&store, name).await, None);
    }
    let words: Vec<String> = store.audit_entries(20).await.unwrap().into_iter().map(|entry| entry.event).collect();
    assert_eq!(words, ["secret_kept", "secret_kept", "secret_removed"]);
    store.close().await;
}

#[tokio::test]
async fn an_export_names_secrets_and_erasing_ends_them() {
    let directory = tempfile::tempdir().unwrap();
    let (store, vault) = open(directory.path()).await;
    store.set_secret("gym_number", &secret("some-value-4471"), NOON).await.unwrap();
    let export = serde_json::to_string(&store.export(Whose::Everybody, NOON).await.unwrap()).unwrap();
    assert!(export.contains("gym_number") && !export.contains("some-value-4471"), "{export}");
    let callee = telephony::PhoneNumber::parse("+12125550123").unwrap();
    let of_callee = serde_json::to_string(&store.export(Whose::Callee(&callee), NOON).await.unwrap()).unwrap();
    assert!(!of_callee.contains("gym_number"), "a callee has no part in the user's secrets: {of_callee}");
    store.erase(&vault, Whose::Callee(&callee), NOON).await.unwrap();
    assert!(value(&store, "gym_number").await.is_some());
    store.erase(&vault, Whose::Everybody, NOON).await.unwrap();
    assert_eq!(value(&store, "gym_number").await, None);
    assert!(!directory.path().join("keys/secret.gym_number.key").exists());
    store.close().await;
}
