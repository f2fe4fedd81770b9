//! The commands: each reads what it needs, calls the façade, renders.

mod audit;
mod batch;
mod call;
mod consent;
mod data;
mod do_not_call;
mod doctor;
mod ending;
mod errand;
mod figures;
mod gate;
mod inbox;
mod pause;
mod practice;
mod records;
mod series;
mod serve;
mod setup;
mod simulate;
mod standing;
mod task;
mod typed;

use std::process::ExitCode;

use crate::cli::{Cli, Command, ConfigCommand, DoctorArgs, SetupCommand};
use crate::config::load::{Loaded, load};
use crate::config::sources::Sources;
use crate::config::{show, template};
use crate::failure::{FAILED, Failure, codes};

/// Runs a command to its end and returns the exit code.
pub fn run(cli: Cli) -> ExitCode {
    start_log(cli.debug);
    let sources = match sources(&cli) {
        Ok(sources) => sources,
        Err(failure) => return failure.tell(),
    };
    if let Command::Config(ConfigCommand::Init { file }) = &cli.command {
        return match template::init(file) {
            Ok(()) => {
                println!("wrote {}", file.display());
                ExitCode::SUCCESS
            }
            Err(problem) => {
                eprintln!("{problem}");
                ExitCode::from(FAILED)
            }
        };
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Failure::new(&codes::NO_RUNTIME, error.to_string()).tell(),
    };
    // The setup makes a configuration, so it needs none.
    if let Command::Setup(command) = &cli.command {
        let done = match command {
            SetupCommand::Twilio(args) => runtime.block_on(setup::run(&setup::TWILIO, args.account_sid.as_deref(), &args.answers, &sources)),
            SetupCommand::Plivo(args) => runtime.block_on(setup::run(&setup::PLIVO, args.auth_id.as_deref(), &args.answers, &sources)),
        };
        return done.unwrap_or_else(|failure| failure.tell());
    }
    let loaded = match load(&sources) {
        Ok(loaded) => loaded,
        Err(problems) => {
            problems.iter().for_each(|problem| eprintln!("{problem}"));
            return ExitCode::from(FAILED);
        }
    };
    let ended = runtime.block_on(command(cli.command, &loaded));
    // Speech threads may be in the middle of something that nobody wants any more.
    runtime.shutdown_background();
    ended.unwrap_or_else(|failure| failure.tell())
}

async fn command(command: Command, loaded: &Loaded) -> Result<ExitCode, Failure> {
    let config = &loaded.config;
    match command {
        Command::Call(args) => call::call(args, config).await,
        Command::Gate(args) => gate::gate(&args, config).await,
        Command::Dnc(command) => do_not_call::dnc(command, config).await,
        Command::Consent(command) => consent::consent(command, config).await,
        Command::Line(command) => consent::line(command, config).await,
        Command::Standing(command) => standing::standing(command, config).await,
        Command::Pause { reason } => pause::pause(reason, config).await,
        Command::Resume => pause::resume(config).await,
        Command::Task(task) => records::task(task, config).await,
        Command::Inbox(inbox) => inbox::inbox(inbox, config).await,
        Command::Stats(args) => figures::stats(&args, config).await,
        Command::Costs(args) => figures::costs(&args, config).await,
        Command::Audit(command) => audit::audit(command, config).await,
        Command::Data(command) => data::data(command, config).await,
        Command::Recording { attempt, to } => records::recording(&attempt, &to, config).await,
        Command::Replay { trace } => records::replay(&trace, config).await,
        Command::Serve(args) => serve::serve(args, config).await,
        Command::Sandbox(args) => practice::sandbox(&args, config).await,
        Command::Simulate(args) => simulate::simulate(args, config).await,
        Command::Doctor(args) => doctor::doctor(&args, config).await,
        Command::Config(ConfigCommand::Check) => {
            println!("{}", show::all_is_well(loaded));
            Ok(ExitCode::SUCCESS)
        }
        Command::Config(ConfigCommand::Show) => {
            println!("{}", show::show(loaded));
            Ok(ExitCode::SUCCESS)
        }
        // Done before there is a configuration.
        Command::Config(ConfigCommand::Init { .. }) | Command::Setup(_) => Ok(ExitCode::SUCCESS),
    }
}

fn sources(cli: &Cli) -> Result<Sources, Failure> {
    let flags = cli.settings.iter().map(|setting| match setting.split_once('=') {
        Some((key, value)) => Ok((key.to_owned(), value.to_owned())),
        None => Err(Failure::of(&codes::BAD_FLAG)),
    });
    let flags: Vec<(String, String)> = flags.collect::<Result<_, _>>()?;
    let looks_at = match &cli.command {
        Command::Doctor(DoctorArgs { provider: Some(provider), test_credentials: false, .. }) => Some((*provider).into()),
        _ => None,
    };
    Ok(Sources { looks_at, ..Sources::of_process(cli.config.clone(), flags) })
}

/// The log goes to standard error and is silent below WARN unless `RUST_LOG` says otherwise; `--debug` adds the carrier's wire.
fn start_log(shows_wire: bool) {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    let wire = format!("{}=debug", carriers::http::WIRE_LOG).parse();
    let filter = match (shows_wire, wire) {
        (true, Ok(wire)) => filter.add_directive(wire),
        _ => filter,
    };
    // A second start is a test's; the first log stays.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}
