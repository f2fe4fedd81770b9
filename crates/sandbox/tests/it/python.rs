//! Twilio's own Python package against the sandbox. What others wrote finds what we did not think of.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::app::App;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_official_python_package_works_against_the_sandbox() {
    let Some(python) = python_with_twilio() else {
        eprintln!("skipped: there is no python3 on this machine, so the official package cannot be tried");
        return;
    };
    let app = App::start().await;
    app.serve("/voice", "<Response><Pause length=\"100\"/></Response>");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/peers/twilio_python.py");
    let credentials = app.sandbox.credentials.clone();
    let (base_url, voice_url) = (app.sandbox.base_url.clone(), format!("{}/voice", app.origin));
    let output = tokio::task::spawn_blocking(move || {
        let mut command = Command::new(python);
        command.arg(script).args([base_url, credentials.account_sid, credentials.auth_token, credentials.from_number, voice_url]);
        // The package reads these silently and then talks to somebody else.
        command.env_remove("TWILIO_REGION").env_remove("TWILIO_EDGE").env_remove("HTTP_PROXY").env_remove("http_proxy");
        command.output()
    });
    let output = output.await.unwrap().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "ok", "{}", String::from_utf8_lossy(&output.stderr));
}

/// Returns a Python that has the package, in an environment under the build folder; made on first use.
fn python_with_twilio() -> Option<PathBuf> {
    Command::new("python3").arg("--version").output().ok()?;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python-twilio");
    let python = folder.join("bin/python");
    let has_package = || Command::new(&python).args(["-c", "import twilio"]).output().is_ok_and(|output| output.status.success());
    if !has_package() {
        check("venv", Command::new("python3").arg("-m").arg("venv").arg(&folder).output());
        check("pip", Command::new(&python).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "twilio>=9,<10"]).output());
    }
    Some(python)
}

fn check(step: &str, output: std::io::Result<Output>) {
    let output = output.unwrap();
    assert!(output.status.success(), "{step}: {}", String::from_utf8_lossy(&output.stderr));
}
