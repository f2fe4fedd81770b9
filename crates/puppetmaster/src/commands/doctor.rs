//! `puppetmaster doctor`: whether everything that calls need is in order, a line each.

use std::process::ExitCode;

use models::library::ModelsDir;
use models::library::verify_all;

use crate::config::Config;
use crate::failure::{FAILED, Failure};
use crate::wiring;

pub(super) async fn doctor(config: &Config) -> Result<ExitCode, Failure> {
    let mut is_well = true;
    let mut line = |name: &str, found: Result<String, Failure>| match found {
        Ok(text) => println!("ok      {name}: {text}"),
        Err(failure) => {
            is_well = false;
            println!("failed  {name}: {} [{}]\n        {}", failure.what, failure.code, failure.remedy);
        }
    };
    line("data folder", wiring::look(config).await.map(|_| config.data_dir.0.display().to_string()));
    line("cast", wiring::cast(config).map(|cast| format!("{} callees", cast.scripts().count())));
    match ModelsDir::find(config.models_dir.as_ref().map(|directory| directory.0.as_path())) {
        Ok(folder) => {
            for (file, verdict) in verify_all(&folder) {
                line(file, verdict.map(|()| "as pinned".to_owned()).map_err(Failure::from));
            }
        }
        Err(error) => line("speech models", Err(error.into())),
    }
    line("phone provider", Ok(config.phone_provider.as_str().to_owned()));
    Ok(ExitCode::from(if is_well { 0 } else { FAILED }))
}
