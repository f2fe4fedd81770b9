//! Where a configuration comes from: the files that may hold one, the environment, the flags.
//!
//! Takes everything that the process knows as values, once, so that reading is a function and tests need no environment.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use carriers::registry::Practised;

/// The name of the file.
pub const FILE_NAME: &str = "puppetmaster.yaml";

/// What the process brings.
#[derive(Clone, Default)]
pub struct Sources {
    /// The file behind `--config`; must exist if it is named.
    pub named_file: Option<PathBuf>,
    /// The environment.
    pub environment: BTreeMap<String, String>,
    /// `key=value` of the command line, keys below `voice.personal_assistant` or full; the last of two wins.
    pub flags: Vec<(String, String)>,
    /// The phone provider that is looked at as if it were in use, complete settings included; the second one is looked at as the second.
    pub looks_at: Option<Practised>,
    /// Where we are.
    pub places: Places,
}

/// The environment may hold secrets and is not shown.
impl std::fmt::Debug for Sources {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sources").field("named_file", &self.named_file).field("places", &self.places).finish_non_exhaustive()
    }
}

/// Directories of the user.
#[derive(Clone, Default, Debug)]
pub struct Places {
    /// The working directory.
    pub working: PathBuf,
    /// The home directory.
    pub home: Option<PathBuf>,
    /// `XDG_CONFIG_HOME`, if it is set to an absolute path.
    pub xdg_config: Option<PathBuf>,
    /// `XDG_DATA_HOME`, if it is set to an absolute path.
    pub xdg_data: Option<PathBuf>,
}

impl Sources {
    /// Returns what this process has. Variables that are not UTF-8 are passed over: none of ours can be.
    pub fn of_process(named_file: Option<PathBuf>, flags: Vec<(String, String)>) -> Self {
        let environment: BTreeMap<String, String> =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))).collect();
        let absolute = |name: &str| environment.get(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let places = Places {
            working: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
            home: absolute("HOME"),
            xdg_config: absolute("XDG_CONFIG_HOME"),
            xdg_data: absolute("XDG_DATA_HOME"),
        };
        Self { named_file, environment, flags, looks_at: None, places }
    }

    /// Returns the file to read: the named one, else the working directory's, else the user's; `None` if there is none.
    pub fn file(&self) -> Option<PathBuf> {
        if let Some(named) = &self.named_file {
            return Some(named.clone());
        }
        [Some(PathBuf::from(FILE_NAME)), self.places.user_file()].into_iter().flatten().find(|path| self.places.working.join(path).exists())
    }
}

impl Places {
    /// Returns the user's own configuration file, whether it exists or not.
    pub fn user_file(&self) -> Option<PathBuf> {
        let config = self.xdg_config.clone().or_else(|| self.home.as_ref().map(|home| home.join(".config")))?;
        Some(config.join("puppetmaster").join(FILE_NAME))
    }

    /// Returns where data lives unless the user says otherwise. Without a home directory: below the working directory.
    pub fn data_dir(&self) -> PathBuf {
        let data = self.xdg_data.clone().or_else(|| self.home.as_ref().map(|home| home.join(".local/share")));
        data.map_or_else(|| self.working.join("puppetmaster-data"), |data| data.join("puppetmaster"))
    }

    /// Returns the directory in which relative paths of this file begin.
    pub fn directory_of(&self, file: &Path) -> PathBuf {
        let file = self.working.join(file);
        file.parent().map_or_else(|| self.working.clone(), Path::to_path_buf)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_working_directory_comes_before_the_users_own_file() {
        let root = tempfile::tempdir().unwrap();
        let (working, config) = (root.path().join("work"), root.path().join("config"));
        std::fs::create_dir_all(config.join("puppetmaster")).unwrap();
        std::fs::create_dir_all(&working).unwrap();
        let places = Places { working: working.clone(), xdg_config: Some(config.clone()), ..Places::default() };
        let mut sources = Sources { places, ..Sources::default() };
        assert_eq!(sources.file(), None);
        std::fs::write(config.join("puppetmaster/puppetmaster.yaml"), "").unwrap();
        assert_eq!(sources.file(), Some(config.join("puppetmaster/puppetmaster.yaml")));
        std::fs::write(working.join("puppetmaster.yaml"), "").unwrap();
        assert_eq!(sources.file(), Some("puppetmaster.yaml".into()));
        sources.named_file = Some("other.yaml".into());
        assert_eq!(sources.file(), Some("other.yaml".into()), "a named file is taken whether it exists or not");
    }

    #[test]
    fn data_lives_where_the_desktop_says() {
        let mut places = Places { working: "/w".into(), ..Places::default() };
        assert_eq!(places.data_dir(), Path::new("/w/puppetmaster-data"));
        places.home = Some("/home/sam".into());
        assert_eq!(places.data_dir(), Path::new("/home/sam/.local/share/puppetmaster"));
        places.xdg_data = Some("/data".into());
        assert_eq!(places.data_dir(), Path::new("/data/puppetmaster"));
    }
}
