"""Uses Twilio's own Python package against the sandbox: create, fetch, update, list.

Called with base URL, account SID, auth token, from number and the address of a voice document that keeps a call up.
Prints "ok" and nothing else if everything is as the package's users expect.
"""

import sys

from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client


def main(base_url, account_sid, auth_token, from_number, voice_url):
    client = Client(account_sid, auth_token)
    client.api.base_url = base_url

    created = client.calls.create(
        to="+12125550121",
        from_=from_number,
        url=voice_url,
        status_callback=voice_url,
        status_callback_event=["initiated", "ringing", "answered", "completed"],
        timeout=30,
        time_limit=120,
    )
    assert created.sid.startswith("CA") and len(created.sid) == 34, created.sid
    assert created.status == "queued", created.status
    assert created.direction == "outbound-api", created.direction
    assert created.to == "+12125550121" and created.from_ == from_number

    # The silent line answers and stays; each fetch is a round trip, the loop is bounded by the time limit above.
    while (fetched := client.calls(created.sid).fetch()).status not in ("in-progress", "completed", "failed"):
        pass
    assert fetched.status == "in-progress", fetched.status
    assert fetched.start_time is not None and fetched.date_created is not None
    assert fetched.price is None

    redirected = client.calls(created.sid).update(twiml="<Response><Pause length='30'/></Response>")
    assert redirected.sid == created.sid
    client.calls(created.sid).update(status="completed")
    while (ended := client.calls(created.sid).fetch()).status != "completed":
        pass
    assert ended.duration is not None and ended.end_time is not None

    try:
        client.calls(created.sid).update(status="completed")
        raise AssertionError("an ended call can be ended again")
    except TwilioRestException as error:
        assert (error.status, error.code) == (404, 20404), error

    second = client.calls.create(to="+12125550110", from_=from_number, twiml="<Response><Hangup/></Response>")
    listed = client.calls.list(limit=10)
    assert [call.sid for call in listed] == [second.sid, created.sid], listed
    assert [call.sid for call in client.calls.list(to="+12125550121")] == [created.sid]
    assert [call.sid for call in client.calls.stream(page_size=1)] == [second.sid, created.sid]

    assert client.api.accounts(account_sid).fetch().status == "active"
    for to, code in (("+1", 21211), ("hello", 21211)):
        try:
            client.calls.create(to=to, from_=from_number, url=voice_url)
            raise AssertionError("a bad number is accepted")
        except TwilioRestException as error:
            assert error.code == code, error
    try:
        stranger = Client(account_sid, "wrong")
        stranger.api.base_url = base_url
        stranger.calls(created.sid).fetch()
        raise AssertionError("a wrong token is accepted")
    except TwilioRestException as error:
        assert (error.status, error.code) == (401, 20003), error
    print("ok")


if __name__ == "__main__":
    main(*sys.argv[1:])
