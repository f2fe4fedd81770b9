//! The reference page docs/configuration.md, made from the table of keys.

use std::fmt::Write;

use super::Config;
use super::keys::{KEYS, ROOT};
use super::sources::Places;

const INTRODUCTION: &str = "# Configuration

Nothing needs to be configured for practice calls. What you set comes from five places; later wins:

1. built-in values,
2. a YAML file: the one behind `--config`, else `puppetmaster.yaml` in the working directory, else `$XDG_CONFIG_HOME/puppetmaster/puppetmaster.yaml` (usually `~/.config/…`); only the first that is found is read,
3. `.env` in the working directory,
4. the environment,
5. flags of the command line. Secrets are refused there: other users of the machine could read them.

`puppetmaster config init` writes a file with every key as a comment, `config check` tells all that is wrong at once, `config show` prints the values in effect and where each came from, secrets masked.

A value of the file may refer to others: `${VARIABLE}` to the environment or `.env`, `${file:path}` to a file (a relative path begins at the configuration file; one line end behind the secret does not count). A literal `${` is written `$${`. A key without a value, or an empty variable, counts as not set.

Unknown keys, unknown variables that begin with `PERSONAL_ASSISTANT_`, and values that cannot be read are errors; docs/troubleshooting.md lists them by code.
";

/// Returns the page.
pub fn configuration_page() -> String {
    let mut out = String::from(INTRODUCTION);
    // Writing into a String cannot fail.
    let _ = write!(
        out,
        "\nAll keys stand below `{ROOT}`:\n\n```yaml\nvoice:\n  personal_assistant:\n    phone_provider: mock\n    limits:\n      call_seconds: 300\n```\n"
    );
    let mut defaults = Config::defaults(&Places::default());
    let mut section = None;
    for key in KEYS {
        if section != Some(key.section()) {
            section = Some(key.section());
            let title = if key.section().is_empty() { "General" } else { key.section() };
            let _ = write!(out, "\n## {title}\n");
        }
        let field = (key.field)(&mut defaults);
        let default = match field.show() {
            Some(value) if key.unset.is_empty() => format!("`{value}`"),
            _ => key.unset.to_owned(),
        };
        let _ = write!(
            out,
            "\n### `{}`\n\n{}\n\n- Takes: {}\n- Default: {default}\n- Variable: `{}`\n- Example: `{}: {}`\n",
            key.path,
            key.about,
            field.expects(),
            key.variable(),
            key.name(),
            key.example
        );
    }
    out
}
