//! The generated pages and files are current. `UPDATE_EXPECT=1 cargo test -p puppetmaster --test it pages` writes them anew.

use expect_test::expect_file;
use puppetmaster::{codes, config, disclosure_page};

#[test]
fn the_configuration_reference_is_current() {
    expect_file!["../../../../docs/configuration.md"].assert_eq(&config::page::configuration_page());
}

#[test]
fn the_troubleshooting_page_is_current() {
    expect_file!["../../../../docs/troubleshooting.md"].assert_eq(&codes::troubleshooting_page());
}

#[test]
fn the_page_on_what_may_be_said_is_current() {
    expect_file!["../../../../docs/what-may-be-said.md"].assert_eq(&disclosure_page::what_may_be_said_page());
}

#[test]
fn the_example_configuration_is_current() {
    expect_file!["../../../../config/example.yaml"].assert_eq(&config::template::example());
}
