"""The carrier's own Python package against the rest of the REST API: messages, numbers, caller IDs, applications, keys, usage,
prices, the log, test credentials."""

import sys
import time
from datetime import date, timedelta

from sandbox import PATIENCE, SHOP, SILENT_LINE, check, refused, require, run, running

STAY = "<Response><Pause length='60'/></Response>"


def main():
    with running(sys.argv) as sandbox:
        messages(sandbox)
        numbers(sandbox)
        caller_ids(sandbox)
        applications(sandbox)
        keys(sandbox)
        account(sandbox)
        prices(sandbox)
        log(sandbox)
        test_credentials(sandbox)


def until(look, done):
    """Looks until what is seen is as wanted; each look is a round trip."""
    end = time.monotonic() + PATIENCE
    while not done(seen := look()):
        require(time.monotonic() < end, "something never came to be as wanted")
    return seen


def messages(sandbox):
    client, ours = sandbox.client, sandbox.from_number
    sent = client.messages.create(to=SHOP, from_=ours, body="See you at six")
    check("a message is queued", sent.sid[:2] == "SM" and sent.status == "queued" and sent.num_segments == "1" and sent.price is None, sent.status)
    done = until(client.messages(sent.sid).fetch, lambda message: message.status not in ("queued", "sent"))
    check("it is delivered", done.status == "delivered" and done.date_sent is not None and done.error_code is None, done.status)
    lost = client.messages.create(to="+12125550199", from_=ours, body="Is anybody there?")
    done = until(client.messages(lost.sid).fetch, lambda message: message.status not in ("queued", "sent"))
    check("one to nobody is not", (done.status, done.error_code) == ("undelivered", 30005), (done.status, done.error_code))
    check("a list shows the newest first", [message.sid for message in client.messages.list()] == [lost.sid, sent.sid])
    check("pages follow each other", [message.sid for message in client.messages.stream(page_size=1)] == [lost.sid, sent.sid])
    check("a list filters by number", [message.sid for message in client.messages.list(to=SHOP)] == [sent.sid])
    check("the words can be taken away", client.messages(sent.sid).update(body="").body == "")
    client.messages(sent.sid).delete()
    check("a deleted one is gone", refused(client.messages(sent.sid).fetch) == (404, 20404))
    check("refused: a number that is not ours", refused(lambda: client.messages.create(to=SHOP, from_="+12125550101", body="x")) == (400, 21606))
    check("refused: no words", refused(lambda: client.messages.create(to=SHOP, from_=ours)) == (400, 21602))


def numbers(sandbox):
    client = sandbox.client
    ours = client.incoming_phone_numbers.list()
    check("the account has two numbers", len(ours) == 2 and ours[0].phone_number == sandbox.from_number and ours[0].capabilities["voice"] is True)
    changed = client.incoming_phone_numbers(ours[1].sid).update(voice_url="https://e.example/voice", voice_method="GET")
    check("one can be set up", (changed.voice_url, changed.voice_method) == ("https://e.example/voice", "GET"), changed.voice_url)
    call = client.calls.create(to="+12125550110", from_=ours[1].phone_number, twiml=STAY)
    check("and called from", call.sid[:2] == "CA")
    offered = client.available_phone_numbers("US").local.list(area_code=510, limit=2)
    check("numbers of an area are on offer", len(offered) == 2 and offered[0].phone_number.startswith("+1510"), offered)
    bought = client.incoming_phone_numbers.create(phone_number=offered[0].phone_number)
    check("one can be bought", bought.phone_number == offered[0].phone_number and bought.sid[:2] == "PN")
    again = refused(lambda: client.incoming_phone_numbers.create(phone_number=offered[0].phone_number))
    check("but not twice", again == (400, 21422), again)
    client.incoming_phone_numbers(bought.sid).delete()
    check("and given back", refused(client.incoming_phone_numbers(bought.sid).fetch) == (404, 20404))


def caller_ids(sandbox):
    client = sandbox.client
    request = client.validation_requests.create(phone_number=SHOP, friendly_name="Shop")
    check("a number to prove gets a code", len(request.validation_code) == 6 and request.phone_number == SHOP)
    proved = until(client.outgoing_caller_ids.list, lambda found: found)[0]
    check("its owner keys it in", (proved.phone_number, proved.friendly_name) == (SHOP, "Shop"))
    check("it can be shown as the caller", client.calls.create(to="+12125550110", from_=SHOP, twiml=STAY).sid[:2] == "CA")
    check("it takes another name", client.outgoing_caller_ids(proved.sid).update(friendly_name="Corner").friendly_name == "Corner")
    client.outgoing_caller_ids(proved.sid).delete()
    check("and can be taken away", client.outgoing_caller_ids.list() == [])


def applications(sandbox):
    client = sandbox.client
    made = client.applications.create(friendly_name="Desk", voice_url="https://e.example/voice")
    check("an application is made", made.sid[:2] == "AP" and made.voice_method == "POST" and made.voice_url == "https://e.example/voice")
    changed = client.applications(made.sid).update(voice_method="GET")
    check("and changed", (changed.voice_method, changed.friendly_name) == ("GET", "Desk"))
    check("and listed by name", [found.sid for found in client.applications.list(friendly_name="Desk")] == [made.sid])
    client.applications(made.sid).delete()
    check("and deleted", refused(client.applications(made.sid).fetch) == (404, 20404))


def keys(sandbox):
    made = sandbox.client.new_keys.create(friendly_name="one program")
    check("a key is made with its secret", made.sid[:2] == "SK" and made.secret and made.friendly_name == "one program")
    keyed = sandbox.client_of_key(made.sid, made.secret)
    check("it signs in", len(keyed.incoming_phone_numbers.list(limit=1)) == 1)
    call = keyed.calls.create(to="+12125550110", from_=sandbox.from_number, twiml=STAY)
    check("it places calls of the account", call.account_sid == sandbox.account_sid)
    check("it does not see the account", refused(keyed.api.accounts(sandbox.account_sid).fetch) == (401, 20003))
    check("nor other keys", refused(keyed.keys.list) == (401, 20003))
    check("keys are listed", [key.sid for key in sandbox.client.keys.list()] == [made.sid])
    sandbox.client.keys(made.sid).delete()
    check("a deleted key signs in no more", refused(keyed.calls.list) == (401, 20003))


def account(sandbox):
    client = sandbox.client
    balance = client.balance.fetch()
    check("something is left on the account", float(balance.balance) > 0 and balance.currency == "USD", balance.balance)
    records = {record.category: record for record in client.usage.records.list()}
    check("usage counts the calls", int(records["calls"].count) == len(client.calls.list()), records["calls"].count)
    check("and what they cost", float(records["totalprice"].price) == 0 and records["calls"].price_unit == "usd")
    today = client.usage.records.today.list(category="sms")
    check("a record of today shows today's messages", len(today) == 1 and today[0].count == str(len(client.messages.list())), today)
    earlier = client.usage.records.list(category="calls", start_date=date.today() - timedelta(days=30), end_date=date.today() - timedelta(days=20))
    check("and one of last month none", earlier[0].count == "0", earlier)


def prices(sandbox):
    client = sandbox.client
    price = client.pricing.v2.voice.numbers(SHOP).fetch(origination_number=sandbox.from_number)
    check("a call to a number has a price", price.outbound_call_prices[0]["current_price"] == "0.014", price.outbound_call_prices)
    check("calls to a country have theirs", len(client.pricing.v2.voice.countries("US").fetch().outbound_prefix_prices) == 2)
    check("the countries are listed", [country.iso_country for country in client.pricing.v2.voice.countries.list()] == ["US"])
    rental = client.pricing.v1.phone_numbers.countries("US").fetch()
    check("numbers have a price", rental.phone_number_prices[0]["current_price"] == "1.15")
    permission = client.voice.v1.dialing_permissions.countries("US").fetch()
    check("calls within the country are permitted", permission.low_risk_numbers_enabled is True and permission.iso_code == "US")


def log(sandbox):
    client = sandbox.client
    call = sandbox.create(SILENT_LINE, url="http://127.0.0.1:9/voice")
    sandbox.fetch_until(call.sid, lambda call: call.status == "completed")
    events = client.calls(call.sid).events.list()
    check("what was sent to a program is shown", events[0].request["parameters"]["call_sid"] == call.sid and events[0].request["method"] == "POST")
    found = client.calls(call.sid).notifications.list(log=0)
    check("and that nobody answered", [entry.error_code for entry in found] == ["11205"], [entry.error_code for entry in found])
    shown = client.calls(call.sid).notifications(found[0].sid).fetch()
    check("with what was asked", call.sid in shown.request_variables and shown.request_url == "http://127.0.0.1:9/voice")
    alerts = client.monitor.v1.alerts.list(log_level="error")
    check("the account's log has it as well", found[0].sid in [alert.sid for alert in alerts])
    check("and shows it alone", client.monitor.v1.alerts(found[0].sid).fetch().resource_sid == call.sid)


def test_credentials(sandbox):
    client, valid = sandbox.test_client(), "+15005550006"
    before = len(sandbox.client.calls.list())
    call = client.calls.create(to=valid, from_=valid, twiml="<Response/>")
    check("test credentials place a call that is none", call.status == "queued" and len(sandbox.client.calls.list()) == before)
    create = lambda to, from_=valid: (lambda: client.calls.create(to=to, from_=from_, twiml=STAY))
    for name, act, code in (
        ("an invalid number", create("+15005550001"), 21217),
        ("one that cannot be routed", create("+15005550002"), 21214),
        ("one abroad", create("+15005550003"), 21215),
        ("one that is blocked", create("+15005550004"), 21216),
        ("from an invalid number", create(SHOP, "+15005550001"), 21212),
        ("from a number that is not ours", create(SHOP, sandbox.from_number), 21210),
        ("a message to a landline", lambda: client.messages.create(to="+15005550009", from_=valid, body="x"), 21614),
        ("a number that is taken", lambda: client.incoming_phone_numbers.create(phone_number="+15005550000"), 21422),
    ):
        check(f"test credentials refuse: {name}", refused(act) == (400, code), refused(act))
    check("they may do nothing else", refused(client.calls(call.sid).fetch) == (403, 20008))


if __name__ == "__main__":
    run(main)
