//! The practice network alone, and the list of who can be reached on it.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitCode;

use dialogue::brief::TaskType;
use sandbox::{Faults, Limits, SandboxConfig};
use serde_json::{Value, json};
use simulator::cast::Cast;
use simulator::script::Expectation;

use super::ending::Ending;
use crate::cli::SandboxArgs;
use crate::config::Config;
use crate::failure::{Failure, codes};
use crate::wiring;

pub(super) async fn sandbox(args: &SandboxArgs, config: &Config) -> Result<ExitCode, Failure> {
    if args.cast {
        let cast = wiring::cast(config)?;
        say(&if args.json { format!("{}\n", cast_json(&cast)) } else { cast_table(&cast) });
        return Ok(ExitCode::SUCCESS);
    }
    let listen: SocketAddr =
        args.listen.parse().map_err(|_| Failure::new(&codes::SANDBOX_BAD_ADDRESS, format!("{:?} is not an address with a port", args.listen)))?;
    let faults = Faults::parse(args.faults.iter().map(String::as_str)).map_err(|error| Failure::new(&codes::SANDBOX_BAD_FAULT, error.to_string()))?;
    let limits = Limits { calls_per_second: args.cps, requests_per_second: args.requests_per_second, requests_at_once: args.requests_at_once };
    // The wish to end is heard from the moment that others can know of us.
    let mut ending = Ending::new();
    let speech = wiring::speech(config)?;
    speech.warm_up();
    let sandbox = wiring::open_sandbox(config, &speech, |sandbox| SandboxConfig { listen, faults, limits, ..sandbox }).await?;
    say(&format!("{}\n", sandbox.credentials_json()));
    if !args.json {
        eprintln!("the practice network is open; Ctrl-C closes it");
    }
    ending.next().await;
    sandbox.shut_down().await;
    Ok(ExitCode::SUCCESS)
}

/// Prints. Whoever has closed our output has what they wanted, and the network goes on.
fn say(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Returns the cast for people: number, name and what they do, then a task to try.
fn cast_table(cast: &Cast) -> String {
    let width = cast.scripts().map(|script| script.name.chars().count()).max().unwrap_or(0);
    let mut table = String::new();
    for script in cast.scripts() {
        let number = script.number.in_international_format();
        table.push_str(&format!("{number:<17} {:<width$}  {}\n", script.name, script.description));
        if let Some(expected) = script.expect.first() {
            table.push_str(&format!("{:18}try: {}\n", "", command(script.number.as_e164(), expected)));
        }
    }
    table
}

/// Returns the cast for machines, with every task that a script describes and what it must come to.
fn cast_json(cast: &Cast) -> Value {
    let task = |number: &str, expected: &Expectation| {
        json!({
            "type": expected.task_type,
            "intent": expected.intent,
            "for": expected.principal,
            "facts": expected.context,
            "voicemail": expected.voicemail_message,
            "command": command(number, expected),
            "expected": {
                "disposition": expected.disposition,
                "outcome": expected.outcome,
                "who_answered": expected.who_answered,
                "facts": expected.facts,
                "opted_out": expected.opted_out,
            },
        })
    };
    cast.scripts()
        .map(|script| {
            let number = script.number.as_e164();
            let tasks: Vec<Value> = script.expect.iter().map(|expected| task(number, expected)).collect();
            json!({ "number": number, "name": script.name, "description": script.description, "tasks": tasks })
        })
        .collect()
}

/// Returns the command that makes a call with this task.
fn command(number: &str, expected: &Expectation) -> String {
    let mut command = format!("puppetmaster call {number} {}", quoted(&expected.intent));
    let told = serde_json::to_value(TaskType::told_from(&expected.intent)).ok();
    if told.as_ref().and_then(Value::as_str) != Some(&expected.task_type) {
        command.push_str(&format!(" --type {}", expected.task_type));
    }
    if expected.principal != Expectation::default_principal() {
        command.push_str(&format!(" --for {}", quoted(&expected.principal)));
    }
    for (label, value) in &expected.context {
        command.push_str(&format!(" --fact {}", quoted(&format!("{label}={value}"))));
    }
    if let Some(message) = &expected.voicemail_message {
        command.push_str(&format!(" --voicemail {}", quoted(message)));
    }
    command
}

/// Returns a text as one word of a shell.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for sign in text.chars() {
        if matches!(sign, '"' | '\\' | '$' | '`') {
            out.push('\\');
        }
        out.push(sign);
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_stands_in_the_list_with_a_task_to_try() {
        let cast = Cast::shipped().unwrap();
        let table = cast_table(&cast);
        assert_eq!(table.lines().filter(|line| line.starts_with('+')).count(), cast.scripts().count());
        assert_eq!(table.lines().filter(|line| line.trim_start().starts_with("try: ")).count(), cast.scripts().count());
        assert!(table.contains("try: puppetmaster call +12125550123 \"Ask what time they close today\"\n"), "{table}");
        let list = cast_json(&cast);
        assert_eq!(list.as_array().unwrap().len(), cast.scripts().count());
        assert_eq!(list[0]["tasks"][0]["expected"]["disposition"], "busy");
    }

    #[test]
    fn what_a_task_needs_is_part_of_its_command() {
        let cast = Cast::shipped().unwrap();
        let restaurant = cast.scripts().find(|script| script.name == "Trattoria Rosa").unwrap();
        let command = command("+12125550142", &restaurant.expect[0]);
        for part in ["--for \"Sam Miller\"", "--fact \"party size=four\"", "--fact \"time=7:30 pm\""] {
            assert!(command.contains(part), "{command}");
        }
    }

    #[test]
    fn words_for_a_shell_hold_no_surprise() {
        assert_eq!(quoted("say \"$HOME\" `now` \\"), "\"say \\\"\\$HOME\\\" \\`now\\` \\\\\"");
    }
}
