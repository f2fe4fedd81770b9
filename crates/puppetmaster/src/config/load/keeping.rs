//! Whether what is said of the bucket is whole.

use super::Loading;
use crate::config::keys::{self, ROOT};
use crate::config::problem::{MISSING_KEY, Problem};

impl Loading<'_> {
    /// Tells what a bucket lacks.
    pub(super) fn whole_keeping(&mut self) {
        let storage = &self.loaded.config.storage;
        let has_any = storage.bucket.is_some()
            || storage.endpoint.is_some()
            || storage.prefix.is_some()
            || storage.access_key_id.is_some()
            || storage.secret_access_key.is_some();
        let needed = [
            ("storage.bucket", storage.bucket.is_none()),
            ("storage.access_key_id", storage.access_key_id.is_none()),
            ("storage.secret_access_key", storage.secret_access_key.is_none()),
        ];
        let missing = needed.into_iter().filter(|(path, is_missing)| has_any && *is_missing && !self.failed.contains(path));
        for needed in missing.filter_map(|(path, _)| keys::find(path)).collect::<Vec<_>>() {
            let what = format!("`{ROOT}.storage` needs `{}`", needed.full_path());
            let help = format!("Set it in the file, or set {} in the environment or in `.env`. {}", needed.variable(), needed.about);
            let at = ["storage.bucket", "storage.endpoint", "storage.access_key_id", "storage.secret_access_key", "storage.prefix"];
            let at = at.into_iter().find(|path| self.loaded.origins.contains_key(path)).unwrap_or("storage.bucket");
            self.problems.push(Problem::new(&MISSING_KEY, self.origin_of(at), what).with_help(help));
        }
    }
}
