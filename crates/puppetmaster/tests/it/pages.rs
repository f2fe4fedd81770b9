//! The generated pages and files are current. `UPDATE_EXPECT=1 cargo test -p puppetmaster --test it pages` writes them anew.

use expect_test::expect_file;
use puppetmaster::{codes, config};

#[test]
fn the_configuration_reference_is_current() {
    expect_file!["../../../../docs/configuration.md"].assert_eq(&config::page::configuration_page());
}

#[test]
fn the_troubleshooting_page_is_current() {
    expect_file!["../../../../docs/troubleshooting.md"].assert_eq(&codes::troubleshooting_page());
}

#[test]
fn the_example_configuration_is_current() {
    expect_file!["../../../../config/example.yaml"].assert_eq(&config::template::example());
}
