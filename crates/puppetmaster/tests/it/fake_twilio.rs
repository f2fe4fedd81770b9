//! Twilio's account as far as `doctor` and `setup` ask it, on loopback: what it owns can be changed, what it was asked is kept.

use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use wire::http::{HttpReply, basic_credentials};
use wire::twilio::rest::{
    AccountResource, BalanceResource, CallPrice, CallResource, CallerIdRequest, CallerIdResource, DialingPermission, NumberPrices, NumberRequest,
    NumberResource, Page, PricingRequest, RestError, RestRequest, UsageResource, test_credentials,
};

pub const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
pub const TOKEN: &str = "00112233445566778899aabbccddeeff";
pub const KEY: &str = "SK0123456789abcdef0123456789abcdef";
pub const SECRET: &str = "the-secret-of-the-key";
pub const TEST_ACCOUNT: &str = "ACfedcba9876543210fedcba9876543210";
pub const TEST_TOKEN: &str = "ffeeddccbbaa99887766554433221100";
pub const NUMBER: &str = "+12125550123";

/// What the account has. A test changes it before or between runs.
pub struct Books {
    pub account: AccountResource,
    pub balance: Option<&'static str>,
    pub numbers: Vec<NumberResource>,
    pub proved: Vec<&'static str>,
    pub enabled: Vec<&'static str>,
    pub minute: &'static str,
    /// What a finished call of 61 seconds cost, once it is told.
    pub call_price: Option<&'static str>,
    /// The `Date` header; the machine's own time if not set.
    pub date: Option<&'static str>,
    /// Method and target of all requests, in order.
    pub asked: Vec<String>,
}

/// A running fake; it lives as long as the test's process.
pub struct FakeTwilio {
    pub url: String,
    pub books: Arc<Mutex<Books>>,
}

impl FakeTwilio {
    pub fn start() -> Self {
        let mut account = AccountResource::active(ACCOUNT);
        account.kind = Some("Full".into());
        let books = Arc::new(Mutex::new(Books {
            account,
            balance: Some("20.00"),
            numbers: vec![NumberResource::plain(ACCOUNT, "PN1", NUMBER)],
            proved: vec!["+12125550188"],
            enabled: vec!["US", "CA"],
            minute: "0.0140",
            call_price: None,
            date: None,
            asked: Vec::new(),
        }));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = axum::Router::new().fallback(answer).with_state(Arc::clone(&books));
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async { axum::serve(tokio::net::TcpListener::from_std(listener).unwrap(), app).await.unwrap() });
        });
        Self { url, books }
    }

    /// Changes what the account has.
    pub fn change(&self, change: impl FnOnce(&mut Books)) {
        change(&mut self.books.lock().unwrap());
    }

    /// Returns what was asked so far.
    pub fn asked(&self) -> Vec<String> {
        self.books.lock().unwrap().asked.clone()
    }
}

async fn answer(State(books): State<Arc<Mutex<Books>>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let target = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let authorization = parts.headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut books = books.lock().unwrap();
    books.asked.push(format!("{} {target}", parts.method));
    let who = basic_credentials(authorization);
    let mut reply = reply(&mut books, who, parts.method.as_str(), &target, &body).unwrap_or_else(|error| error.reply());
    if let Some(date) = books.date {
        reply.headers.push(("date".into(), date.into()));
    }
    let mut response = (axum::http::StatusCode::from_u16(reply.status).unwrap(), reply.body).into_response();
    for (name, value) in reply.headers {
        response.headers_mut().insert(axum::http::HeaderName::try_from(name).unwrap(), value.parse().unwrap());
    }
    response
}

fn reply(books: &mut Books, who: Option<(String, String)>, method: &str, target: &str, body: &[u8]) -> Result<HttpReply, RestError> {
    let wrong = || RestError::new(401, 20003, "Authenticate");
    let (user, password) = who.ok_or_else(wrong)?;
    let request = RestRequest::parse(method, target, body)?;
    match (user.as_str(), password.as_str()) {
        (TEST_ACCOUNT, TEST_TOKEN) => return test_credentials::check(&request).map(|()| HttpReply::json(201, &serde_json::json!({}))),
        (ACCOUNT, TOKEN) => {}
        // A key may not see the account.
        (KEY, SECRET) if !matches!(request, RestRequest::FetchAccount { .. }) => {}
        _ => return Err(wrong()),
    }
    let none = || RestError::not_found(target);
    let text = |text: &str| Some(text.to_owned());
    Ok(match request {
        RestRequest::FetchAccount { .. } => books.account.reply(200),
        RestRequest::FetchCall { call, .. } => {
            let mut call = CallResource::queued(ACCOUNT, &call, "+12125550199", NUMBER);
            call.status = text("completed");
            call.duration = text("61");
            call.price = books.call_price.map(str::to_owned);
            call.reply(200)
        }
        RestRequest::FetchBalance { .. } => {
            let balance = books.balance.ok_or_else(none)?;
            BalanceResource { account_sid: text(ACCOUNT), balance: text(balance), currency: text("USD") }.reply(200)
        }
        RestRequest::Number { request: NumberRequest::List { filter, paging }, .. } => {
            let numbers: Vec<_> = books.numbers.iter().filter(|number| filter.passes(number)).cloned().collect();
            Page::reply("incoming_phone_numbers", target, &paging, &numbers, None)
        }
        RestRequest::Number { request: NumberRequest::Update { number, settings }, .. } => {
            let owned = books.numbers.iter_mut().find(|owned| owned.sid.as_deref() == Some(&number)).ok_or_else(none)?;
            owned.apply(&settings);
            owned.reply(200)
        }
        RestRequest::CallerId { request: CallerIdRequest::List { filter, paging }, .. } => {
            let proved = books.proved.iter().map(|number| CallerIdResource::proved(ACCOUNT, "PN9", number, None));
            let proved: Vec<_> = proved.filter(|number| filter.passes(number)).collect();
            Page::reply("outgoing_caller_ids", target, &paging, &proved, None)
        }
        RestRequest::DialingPermission(request) => {
            let is_enabled = books.enabled.contains(&request.country.as_str());
            let iso_code = Some(request.country);
            DialingPermission { iso_code, low_risk_numbers_enabled: Some(is_enabled), ..DialingPermission::default() }.reply(200)
        }
        RestRequest::Pricing(PricingRequest::Number { .. }) => {
            let price = CallPrice { current_price: text(books.minute), ..CallPrice::default() };
            NumberPrices { outbound_call_prices: Some(vec![price]), price_unit: text("USD"), ..NumberPrices::default() }.reply(200)
        }
        RestRequest::Usage { request, .. } => {
            let total = UsageResource { category: text("totalprice"), price: text("1.50"), price_unit: text("usd"), ..UsageResource::default() };
            Page::reply("usage_records", target, &request.paging, &[total], None)
        }
        _ => return Err(none()),
    })
}

/// Serves on a free port of loopback: path to status and body. Returns its origin.
pub fn serve(answer: impl Fn(&str) -> (u16, String) + Clone + Send + Sync + 'static) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let app = axum::Router::new().fallback(move |request: Request| {
        let (status, body) = answer(request.uri().path());
        async move { (axum::http::StatusCode::from_u16(status).unwrap(), body) }
    });
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { axum::serve(tokio::net::TcpListener::from_std(listener).unwrap(), app).await.unwrap() });
    });
    origin
}
