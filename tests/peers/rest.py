"""The carrier's own Python package against the REST API: calls, lists, recordings, refusals."""

import io
import subprocess
import sys
import urllib.request
import wave

from sandbox import SHOP, SILENT_LINE, check, refused, run, running

STAY = "<Response><Pause length='60'/></Response>"


def main():
    with running(sys.argv) as sandbox:
        calls(sandbox)
        lists(sandbox)
        ends(sandbox)
        refusals(sandbox)
        recordings(sandbox)


def calls(sandbox):
    client = sandbox.client
    created = sandbox.create(SILENT_LINE, twiml=STAY, timeout=30, time_limit=120)
    check("a create is answered with a queued call", created.sid[:2] == "CA" and len(created.sid) == 34 and created.status == "queued", created.status)
    check("it goes out from our number to theirs", (created.direction, created.to, created._from) == ("outbound-api", SILENT_LINE, sandbox.from_number))
    check("it has no price and no end yet", created.price is None and created.end_time is None and created.duration is None)
    live = sandbox.fetch_until(created.sid, lambda call: call.status not in ("queued", "ringing"))
    check("a fetch shows it in progress", live.status == "in-progress" and live.start_time is not None and live.date_created is not None, live.status)
    updated = client.calls(created.sid).update(twiml="<Response><Pause length='30'/></Response>")
    check("a live call takes another document", updated.sid == created.sid and updated.status == "in-progress", updated.status)
    check("a call that was answered cannot be cancelled", refused(lambda: client.calls(created.sid).update(status="canceled")) == (400, 21220))
    check("a running call cannot be deleted", refused(lambda: client.calls(created.sid).delete()) is not None)
    client.calls(created.sid).update(status="completed")
    ended = sandbox.fetch_until(created.sid, lambda call: call.status == "completed")
    check("an update ends it", ended.end_time is not None and ended.end_time >= ended.start_time and int(ended.duration) >= 0, ended.duration)
    priced = sandbox.fetch_until(created.sid, lambda call: call.price is not None)
    check("its price comes later and is no more than nothing", float(priced.price) == 0 and priced.price_unit == "USD", priced.price)
    check("an ended call cannot be ended again", refused(lambda: client.calls(created.sid).update(status="completed")) == (404, 20404))
    check("nor given another document", refused(lambda: client.calls(created.sid).update(twiml=STAY)) == (404, 20404))
    check("an unknown call is not found", refused(lambda: client.calls("CA" + "0" * 32).fetch()) == (404, 20404))
    client.calls(created.sid).delete()
    check("an ended call can be deleted", refused(lambda: client.calls(created.sid).fetch()) == (404, 20404))


def lists(sandbox):
    client = sandbox.client
    first = sandbox.create(SILENT_LINE, twiml=STAY)
    second = sandbox.create("+12125550110", twiml=STAY)
    third = sandbox.create("+12125550113", twiml=STAY)
    newest_first = [third.sid, second.sid, first.sid]
    check("a list shows the newest first", [call.sid for call in client.calls.list(limit=10)] == newest_first)
    check("pages follow each other", [call.sid for call in client.calls.stream(page_size=1)] == newest_first)
    check("a list keeps to its limit", [call.sid for call in client.calls.list(limit=2)] == newest_first[:2])
    check("a list filters by number", [call.sid for call in client.calls.list(to=SILENT_LINE)] == [first.sid])
    sandbox.fetch_until(second.sid, lambda call: call.status == "busy")
    check("a list filters by state", [call.sid for call in client.calls.list(status="busy")] == [second.sid])
    live = sandbox.fetch_until(first.sid, lambda call: call.status == "in-progress")
    check("a list filters by time", first.sid in [call.sid for call in client.calls.list(start_time_after=live.start_time)])
    check("and finds nothing later", client.calls.list(start_time_after=live.start_time.replace(year=live.start_time.year + 1)) == [])
    client.calls(first.sid).update(status="completed")


def ends(sandbox):
    """Each line that is not answered ends as the carrier says."""
    for number, state in (("+12125550110", "busy"), ("+12125550112", "busy"), ("+12125550113", "failed"), ("+12125550199", "failed")):
        call = sandbox.create(number, twiml=STAY)
        ended = sandbox.fetch_until(call.sid, lambda call: call.status not in ("queued", "ringing", "in-progress"))
        check(f"{number} ends as {state}", ended.status == state and ended.duration == "0", ended.status)
    call = sandbox.create("+12125550111", twiml=STAY, timeout=2)
    ended = sandbox.fetch_until(call.sid, lambda call: call.status not in ("queued", "ringing"))
    check("who rings too long is not answered", ended.status == "no-answer", ended.status)
    call = sandbox.create("+12125550111", twiml=STAY)
    sandbox.fetch_until(call.sid, lambda call: call.status == "ringing")
    sandbox.client.calls(call.sid).update(status="canceled")
    ended = sandbox.fetch_until(call.sid, lambda call: call.status != "ringing")
    check("a ringing call can be cancelled", ended.status == "canceled", ended.status)
    call = sandbox.create(SILENT_LINE, twiml=STAY, time_limit=2)
    ended = sandbox.fetch_until(call.sid, lambda call: call.status not in ("queued", "ringing", "in-progress"))
    check("the time limit ends a call", (ended.status, ended.duration) == ("completed", "2"), (ended.status, ended.duration))


def refusals(sandbox):
    client, ours = sandbox.client, sandbox.from_number
    create = client.calls.create
    cases = [
        ("a number without a country code", lambda: create(to="2125550123", from_=ours, twiml=STAY), (400, 21211)),
        ("a word in place of a number", lambda: create(to="pizza", from_=ours, twiml=STAY), (400, 21211)),
        ("a number that no plan has", lambda: create(to="+19995551234", from_=ours, twiml=STAY), (400, 21217)),
        ("a premium number", lambda: create(to="+19005551234", from_=ours, twiml=STAY), (400, 21202)),
        ("a number that is not ours to call from", lambda: create(to=SHOP, from_="+12125550101", twiml=STAY), (400, 21210)),
        ("nothing in place of our number", lambda: create(to=SHOP, from_="hello", twiml=STAY), (400, 21212)),
        ("no document", lambda: create(to=SHOP, from_=ours), (400, 21205)),
        ("an address that is none", lambda: create(to=SHOP, from_=ours, url="voice.xml"), (400, 21205)),
        ("a document that is too long", lambda: create(to=SHOP, from_=ours, twiml=f"<Response><!--{'x' * 4000}--></Response>"), None),
        ("keys that no telephone has", lambda: create(to=SHOP, from_=ours, twiml=STAY, send_digits="hello"), (400, 21206)),
        ("an account that is not there", lambda: client.api.accounts("AC" + "0" * 32).fetch(), (401, 20003)),
        ("a wrong token", lambda: sandbox.client_with("wrong").calls("CA" + "0" * 32).fetch(), (401, 20003)),
        ("another country", lambda: create(to="+442079460000", from_=ours, twiml=STAY), (400, 21215)),
        ("an application that is not there", lambda: create(to=SHOP, from_=ours, application_sid="AP" + "0" * 32), (400, 21218)),
        ("a path that is not there", lambda: client.messages("SM" + "0" * 32).media.list(), (404, 20404)),
    ]
    for name, act, expected in cases:
        found = refused(act)
        check(f"refused: {name}", found == expected if expected else found is not None and found[0] == 400, found)
    check("the account itself is shown", client.api.accounts(sandbox.account_sid).fetch().status == "active")


def recordings(sandbox):
    client = sandbox.client
    call = sandbox.create(SHOP, twiml="<Response><Pause length='3'/></Response>", record=True, recording_channels="dual")
    ended = sandbox.fetch_until(call.sid, lambda call: call.status == "completed")
    listed = client.calls(call.sid).recordings.list()
    check("a recorded call lists its recording", len(listed) == 1 and listed[0].call_sid == call.sid, listed)
    recording = client.recordings(listed[0].sid).fetch()
    facts = (recording.status, recording.channels, recording.source)
    check("a fetch shows it complete", facts == ("completed", 2, "OutboundAPI"), facts)
    check("it is as long as the call", abs(int(recording.duration) - int(ended.duration)) <= 1, (recording.duration, ended.duration))
    samples = sound_of(sandbox, recording.sid)
    check("its sound is 8 kHz, callee left, caller right", samples[0] == (8_000, 2), samples[0])
    check("the callee is on the left, loud and clear", max(samples[1]) > 2_000, max(samples[1]))
    check("nobody speaks on the right", max(samples[2]) < 200, max(samples[2]))
    decoded = sound_of(sandbox, recording.sid, ".mp3")
    check("as MP3 it is the same sound", decoded[0] == (8_000, 2) and max(decoded[1]) > 2_000 and max(decoded[2]) < 400, decoded[0])
    lengths = (len(samples[1]) / 8_000, len(decoded[1]) / 8_000)
    check("and as long", abs(lengths[0] - lengths[1]) < 0.5, lengths)
    check("it is in the list of all", recording.sid in [other.sid for other in client.recordings.list(call_sid=call.sid)])
    client.recordings(recording.sid).delete()
    check("a deleted one is gone", refused(lambda: client.recordings(recording.sid).fetch()) == (404, 20404))
    check("and in no list", client.calls(call.sid).recordings.list() == [])

    call = sandbox.create(SHOP, twiml=STAY)
    check("a call that is not up yet cannot be recorded", refused(lambda: client.calls(call.sid).recordings.create()) == (400, 21220))
    sandbox.fetch_until(call.sid, lambda call: call.status == "in-progress")
    started = client.calls(call.sid).recordings.create(recording_channels="mono")
    check("a live call can be recorded", started.status == "in-progress" and started.channels == 1, started.status)
    paused = client.calls(call.sid).recordings("Twilio.CURRENT").update(status="paused")
    check("a recording can pause", paused.sid == started.sid and paused.status == "paused", paused.status)
    client.calls(call.sid).recordings(started.sid).update(status="in-progress")
    # A recording without a sound would be absent: the callee asks twice before it is stopped.
    sandbox.hear_until(call.sid, lambda truth: len(truth["callee_said"]) >= 2)
    client.calls(call.sid).recordings(started.sid).update(status="stopped")
    client.calls(call.sid).update(status="completed")
    sandbox.fetch_until(call.sid, lambda call: call.status == "completed")
    kept = client.calls(call.sid).recordings(started.sid).fetch()
    check("and be stopped while the call goes on", kept.status == "completed" and kept.source == "StartCallRecordingAPI", kept.status)
    client.calls(call.sid).recordings(started.sid).delete()
    check("a recording is deleted under its call as well", client.recordings.list(call_sid=call.sid) == [])


def media_of(sandbox, recording_sid, ending):
    account = sandbox.account_sid
    request = urllib.request.Request(f"{sandbox.base_url}/2010-04-01/Accounts/{account}/Recordings/{recording_sid}{ending}")
    manager = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    manager.add_password(None, sandbox.base_url, account, sandbox.auth_token)
    opener = urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(manager))
    with opener.open(request) as reply:
        return reply.read()


def sound_of(sandbox, recording_sid, ending=".wav"):
    """Returns rate and channels, and the loudness of each sample of both channels."""
    media = media_of(sandbox, recording_sid, ending)
    if ending == ".mp3":
        media = subprocess.run(["lame", "--quiet", "--decode", "--mp3input", "-", "-"], input=media, capture_output=True, check=True).stdout
    with wave.open(io.BytesIO(media)) as file:
        form = (file.getframerate(), file.getnchannels())
        data = memoryview(file.readframes(file.getnframes())).cast("h")
    return form, [abs(sample) for sample in data[0::2]], [abs(sample) for sample in data[1::2]]


if __name__ == "__main__":
    run(main)
