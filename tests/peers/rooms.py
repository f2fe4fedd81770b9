"""The carrier's own Python package against what calls meet in: conferences and who is in them, queues and who waits; and what
runs beside a call: streams and live transcriptions."""

import sys
import time

from sandbox import PATIENCE, SILENT_LINE, check, refused, require, run, running

ROOM = "<Response><Dial><Conference startConferenceOnEnter='true'>desk</Conference></Dial></Response>"
WAIT = "<Response><Enqueue waitUrl=''>support</Enqueue></Response>"
STAY = "<Response><Pause length='60'/></Response>"


def main():
    with running(sys.argv) as sandbox:
        conferences(sandbox)
        queues(sandbox)
        beside(sandbox)


def until(look, done):
    """Looks until what is seen is as wanted; each look is a round trip."""
    end = time.monotonic() + PATIENCE
    while not done(seen := look()):
        require(time.monotonic() < end, "something never came to be as wanted")
    return seen


def ended(sandbox, *calls):
    for call in calls:
        sandbox.fetch_until(call, lambda call: call.status == "completed")


def conferences(sandbox):
    client = sandbox.client
    first = sandbox.create(SILENT_LINE, twiml=ROOM)
    room = until(lambda: client.conferences.list(friendly_name="desk"), lambda found: found)[0]
    check("a call that enters makes the conference", room.sid[:2] == "CF" and room.friendly_name == "desk", room.sid)
    parties = client.conferences(room.sid).participants
    until(parties.list, lambda found: [party.call_sid for party in found] == [first.sid])
    added = parties.create(from_=sandbox.from_number, to=SILENT_LINE, label="second", muted=True, early_media=False)
    check("a participant is called", added.call_sid[:2] == "CA" and added.conference_sid == room.sid, added.conference_sid)
    both = until(parties.list, lambda found: len(found) == 2 and all(party.status == "connected" for party in found))
    check("it runs", until(client.conferences(room.sid).fetch, lambda room: room.status == "in-progress").sid == room.sid)
    check("conferences are listed by state", [found.sid for found in client.conferences.list(status="in-progress")] == [room.sid])
    check("both are listed", {party.call_sid for party in both} == {first.sid, added.call_sid})
    check("pages follow each other", len(list(parties.stream(page_size=1))) == 2)
    check("the muted one is listed as that", [party.call_sid for party in parties.list(muted=True)] == [added.call_sid])
    check("one is found by its label", client.conferences(room.sid).participants("second").fetch().call_sid == added.call_sid)
    one = lambda call: client.conferences(room.sid).participants(call)
    check("one is unmuted", one(added.call_sid).update(muted=False).muted is False)
    check("and muted", one(added.call_sid).update(muted=True).muted is True and one(added.call_sid).fetch().muted is True)
    check("one is held", one(first.sid).update(hold=True).hold is True)
    check("and listed as held", [party.call_sid for party in parties.list(hold=True)] == [first.sid])
    check("and taken back", one(first.sid).update(hold=False).hold is False)
    check("one is removed", one(added.call_sid).delete())
    until(parties.list, lambda found: [party.call_sid for party in found] == [first.sid])
    ended(sandbox, added.call_sid)
    check("who is gone is not found", refused(one(added.call_sid).fetch) == (404, 20404), refused(one(added.call_sid).fetch))
    check("the conference is ended", client.conferences(room.sid).update(status="completed").sid == room.sid)
    check("and stays so", until(client.conferences(room.sid).fetch, lambda room: room.status == "completed").friendly_name == "desk")
    ended(sandbox, first.sid)
    check("an unknown conference is not found", refused(client.conferences("CF" + "0" * 32).fetch) == (404, 20404))


def queues(sandbox):
    client = sandbox.client
    made = client.queues.create(friendly_name="support", max_size=5)
    check("a queue is made", (made.sid[:2], made.friendly_name, made.max_size, made.current_size) == ("QU", "support", 5, 0))
    check("its name is taken", refused(lambda: client.queues.create(friendly_name="support")) == (400, 22003))
    check("it takes another size", client.queues(made.sid).update(max_size=7).max_size == 7)
    check("queues are listed", made.sid in [queue.sid for queue in client.queues.list()])
    members = client.queues(made.sid).members
    first = sandbox.create(SILENT_LINE, twiml=WAIT)
    until(members.list, lambda found: len(found) == 1)
    second = sandbox.create(SILENT_LINE, twiml=WAIT)
    waiting = until(members.list, lambda found: len(found) == 2)
    check("who waits is listed in order", [member.call_sid for member in waiting] == [first.sid, second.sid])
    check("with their places", [member.position for member in waiting] == [1, 2], [member.position for member in waiting])
    check("the queue counts them", client.queues(made.sid).fetch().current_size == 2)
    check("a queue that is waited in stays", refused(client.queues(made.sid).delete) == (400, 22001))
    check("the front is found by its name", client.queues(made.sid).members("Front").fetch().call_sid == first.sid)
    out = client.queues(made.sid).members("Front").update(url="http://127.0.0.1:9/out")
    check("the front is sent elsewhere", out.call_sid == first.sid)
    until(members.list, lambda found: [member.call_sid for member in found] == [second.sid])
    client.calls(second.sid).update(status="completed")
    until(members.list, lambda found: not found)
    ended(sandbox, first.sid, second.sid)
    check("an empty queue is deleted", client.queues(made.sid).delete())
    check("and is gone", refused(client.queues(made.sid).fetch) == (404, 20404))


def beside(sandbox):
    client = sandbox.client
    call = sandbox.create(SILENT_LINE, twiml=STAY)
    sandbox.fetch_until(call.sid, lambda call: call.status == "in-progress")
    stream = client.calls(call.sid).streams.create(url="wss://127.0.0.1:9/tap", name="tap", track="both_tracks")
    check("a stream is started", (stream.sid[:2], stream.name, stream.status) == ("MZ", "tap", "in-progress"), stream.status)
    words = client.calls(call.sid).transcriptions.create(name="words", status_callback_url="http://127.0.0.1:9/words")
    check("a live transcription is started", (words.sid[:2], words.name, words.status) == ("GT", "words", "in-progress"), words.status)
    unknown = "MZ" + "0" * 32
    check("a stream that was never begun cannot be stopped", refused(lambda: client.calls(call.sid).streams(unknown).update(status="stopped")) == (404, 20404))
    check("nor a transcription", refused(lambda: client.calls(call.sid).transcriptions("GT" + "0" * 32).update(status="stopped")) == (404, 20404))
    check("one that was is stopped by its name", client.calls(call.sid).streams("tap").update(status="stopped").status == "stopped")
    check("it is stopped", client.calls(call.sid).transcriptions(words.sid).update(status="stopped").status == "stopped")
    client.calls(call.sid).update(status="completed")
    ended(sandbox, call.sid)


if __name__ == "__main__":
    run(main)
