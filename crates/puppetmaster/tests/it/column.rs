//! A column of the contract: one provider, as somebody has it configured.
//!
//! The practice network stands in for all. `mock` is told where it is. `twilio` and `plivo` are the real configurations: account, number,
//! API and public address, real telephones. No number of the practice network may be rung by those, so a [`Doorway`] between the two gives
//! everybody of the cast a number that can be dialed, at a place where it is a decent hour.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, OnceLock};

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::doctor::free_address;
use crate::program::{Home, Network};

/// A provider.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Column {
    /// The practice network, as it is when nothing is configured.
    Mock,
    /// Twilio.
    Twilio,
    /// Plivo.
    Plivo,
    /// The practice network spoken to as Plivo; in no column of the table.
    PractisedPlivo,
}

/// What the numbers of the cast begin with; two digits follow.
const CAST: &str = "121255501";

/// Beginnings of numbers that can be dialed, all around the world, so that somewhere the shops are open: New York, Honolulu, Guam, Singapore,
/// Dubai, Johannesburg. Only the practice network is ever asked for them.
const PLACES: [&str; 6] = ["121255526", "180855526", "167155526", "65655526", "971455526", "271155526"];

/// The countries of those.
const COUNTRIES: &str = "allowed_regions=US, GU, SG, AE, ZA";

/// A provider that is configured.
pub struct Line {
    settings: Vec<String>,
    /// The variable of the account's secret, and what it is: no secret is taken from the command line.
    secret: Option<(String, String)>,
    /// What the numbers begin with that are dialed.
    begins_with: String,
}

impl Column {
    /// Those of the table, in their order of the table.
    pub const ALL: [Self; 3] = [Self::Mock, Self::Twilio, Self::Plivo];

    /// Returns whether nobody real could be rung by it.
    pub const fn is_practice(self) -> bool {
        matches!(self, Self::Mock | Self::PractisedPlivo)
    }

    /// Configures it.
    pub fn open(self, network: &Network) -> Line {
        let (provider, id) = match self {
            Self::PractisedPlivo => {
                let settings = vec![network.flag(), "phone_provider=mock".into(), "sandbox.provider=plivo".into()];
                return Line { settings, secret: None, begins_with: CAST.into() };
            }
            Self::Mock => return Line { settings: vec![network.flag(), "phone_provider=mock".into()], secret: None, begins_with: CAST.into() },
            Self::Twilio => ("twilio", "account_sid"),
            Self::Plivo => ("plivo", "auth_id"),
        };
        let account = network.account(provider);
        let of = |key: &str| account[key].as_str().unwrap().to_owned();
        let listen = free_address();
        let mut settings: Vec<String> = vec![
            format!("phone_provider={provider}"),
            format!("listen={listen}"),
            format!("public_url=http://{listen}"),
            format!("{provider}.phone_number={}", of("from_number")),
            COUNTRIES.to_owned(),
            "budget.per_day=50".into(),
            "recording.enabled=false".into(),
            // Nobody waits for a turn here: what is shown is not the pace.
            format!("{provider}.calls_per_second=10"),
            format!("{provider}.{id}={}", of(id)),
            format!("{provider}.api_url=http://127.0.0.1:9"),
        ];
        let secret = (format!("{}_AUTH_TOKEN", provider.to_uppercase()), of("auth_token"));
        let mut line = Line { settings: settings.clone(), secret: Some(secret), begins_with: String::new() };
        // Asked once: it is day there for longer than these tests take.
        static DAY: OnceLock<String> = OnceLock::new();
        line.begins_with = DAY.get_or_init(|| where_it_is_day(&line)).clone();
        settings
            .push(format!("{provider}.api_url={}", Doorway { network: network.address().to_owned(), begins_with: line.begins_with.clone() }.open()));
        Line { settings, ..line }
    }
}

impl Line {
    /// Puts what belongs in no command line into a home.
    pub fn move_in(&self, home: &Home) {
        if let Some((variable, secret)) = &self.secret {
            std::fs::write(home.path().join(".env"), format!("{variable}=\"{secret}\"\n")).unwrap();
        }
    }

    /// Returns the arguments that configure it.
    pub fn settings(&self) -> Vec<&str> {
        self.settings.iter().flat_map(|setting| ["--set", setting.as_str()]).collect()
    }

    /// Returns the number by which somebody of the cast is dialed.
    pub fn number(&self, of_the_cast: &str) -> String {
        let two = of_the_cast.strip_prefix('+').and_then(|number| number.strip_prefix(CAST)).expect("it is a number of the cast");
        format!("+{}{two}", self.begins_with)
    }
}

/// Asks the gate in which of the places somebody may be rung now, and still in an hour.
fn where_it_is_day(line: &Line) -> String {
    let home = Home::new();
    line.move_in(&home);
    let mut answers = Vec::new();
    for place in PLACES {
        let number = format!("+{place}23");
        let gate = |at: &[&str]| home.run(&[&line.settings()[..], &["gate", &number], at].concat());
        let [now, later] = [gate(&[]), gate(&["--at", "+1h"])];
        if now.code == Some(0) && later.code == Some(0) {
            return place.to_owned();
        }
        answers.extend([now, later]);
    }
    panic!("nobody may be rung anywhere: {answers:#?}");
}

/// Stands before the practice network: what asks for a number that can be dialed asks there for one of the cast.
struct Doorway {
    network: String,
    begins_with: String,
}

impl Doorway {
    /// Opens it on a free port and returns its origin. It stays open as long as the test's process lives.
    fn open(self) -> String {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let doorway = Arc::new(self);
        let app = axum::Router::new().fallback(move |request: Request| {
            let doorway = Arc::clone(&doorway);
            async move {
                let (parts, body) = request.into_parts();
                let body = String::from_utf8(axum::body::to_bytes(body, 1 << 20).await.unwrap().to_vec()).unwrap();
                let target = parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
                let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
                let (authorization, kind) = (header("authorization"), header("content-type"));
                let asked = format!("{} {} HTTP/1.1\r\n", parts.method, doorway.inwards(&target));
                let body = doorway.inwards(&body);
                let head = format!(
                    "{asked}Host: {}\r\nAuthorization: {authorization}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    doorway.network,
                    body.len()
                );
                tokio::task::spawn_blocking(move || doorway.pass(&format!("{head}{body}"))).await.unwrap()
            }
        });
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async { axum::serve(tokio::net::TcpListener::from_std(listener).unwrap(), app).await.unwrap() });
        });
        origin
    }

    fn pass(&self, request: &str) -> Response {
        let mut socket = TcpStream::connect(&self.network).unwrap();
        socket.write_all(request.as_bytes()).unwrap();
        let mut reply = String::new();
        // A reply that the network holds back ends with the test.
        if socket.read_to_string(&mut reply).is_err() {
            return StatusCode::BAD_GATEWAY.into_response();
        }
        let Some((head, body)) = reply.split_once("\r\n\r\n") else { return StatusCode::BAD_GATEWAY.into_response() };
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok()).unwrap();
        let mut response = (StatusCode::from_u16(status).unwrap(), self.outwards(body)).into_response();
        for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
            if !["content-length", "connection", "transfer-encoding"].contains(&name.to_ascii_lowercase().as_str()) {
                response.headers_mut().insert(HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap());
            }
        }
        response
    }

    fn inwards(&self, text: &str) -> String {
        text.replace(&self.begins_with, CAST)
    }

    /// The account's own numbers, which end with 00 and 01, stay as they are.
    fn outwards(&self, text: &str) -> String {
        (10..100).fold(text.to_owned(), |text, two| text.replace(&format!("{CAST}{two}"), &format!("{}{two}", self.begins_with)))
    }
}
