"""Plivo's own Python package against the REST API: the account and its number, applications, calls and what is done on live
ones, recordings, conferences, messages, refusals."""

import io
import subprocess
import sys
import urllib.request
import wave

from plivo import plivoxml
from plivo_peer import Plivo, WebhookApp, refused
from sandbox import SHOP, SILENT_LINE, check, run, running

BUSY = "+12125550110"
NOBODY = "+12125550111"
STAY = plivoxml.ResponseElement().add(plivoxml.WaitElement(length=300))


def main():
    with running(sys.argv) as sandbox:
        network = Plivo(sandbox)
        app = WebhookApp(network.auth_token)
        app.serve("/answer", STAY)
        account(network)
        applications(network, app)
        recorded = calls(network, app)
        live(network, app)
        conferences(network, app)
        multiparty(network, app)
        messages(network, app)
        refusals(network, app)
        recordings(network, app, recorded)
        app.close()


def account(network):
    shown = network.client.account.get()
    check("the account is shown", (shown.auth_id, shown.account_type, float(shown.cash_credits) > 0) == (network.auth_id, "standard", True), shown)
    prices = network.client.pricing.get("US")
    check("prices are shown", prices.country_iso == "US" and float(prices.voice["outbound"]["local"]["rate"]) >= 0)
    numbers = network.client.numbers.list(number_startswith="1212", services="voice")
    check("the account has its number", [number.number for number in numbers.objects] == [network.ours])
    check("and none that begins otherwise", len(network.client.numbers.list(number_startswith="1415").objects) == 0)
    check("none is for sale", network.client.numbers.search("US").objects == [])


def applications(network, app):
    client = network.client
    made = client.applications.create("practice", answer_url=app.origin + "/inbound", answer_method="GET", hangup_url=app.origin + "/hangup")
    shown = client.applications.get(made.app_id)
    check("an application is made and shown", (shown.app_name, shown.answer_method, shown.enabled) == ("practice", "GET", True), shown)
    client.applications.update(made.app_id, answer_method="POST")
    check("changed", client.applications.get(made.app_id).answer_method == "POST")
    check("and listed", [one.app_id for one in client.applications.list(limit=5).objects] == [made.app_id])
    client.numbers.update(network.ours, app_id=made.app_id, alias="practice line")
    number = client.numbers.get(network.ours)
    check("the number points to it", number.application.rstrip("/").endswith(made.app_id) and number.alias == "practice line", number.application)
    other = client.applications.create("other", answer_url=app.origin + "/inbound")
    client.applications.delete(other.app_id)
    check("a deleted one is gone", refused(lambda: client.applications.get(other.app_id)) == ("ResourceNotFoundError", "not found"))
    status, _ = network.control("/sandbox/ring", f'{{"from": "{SHOP}", "to": "+{network.ours}"}}')
    came = app.wait_for("/inbound")
    check("a call that comes in runs it", (status, came["Direction"], came["From"]) == (201, "inbound", SHOP[1:]), came)


def calls(network, app):
    """Also returns the id of a recording, and of its call."""
    client = network.client
    uuid = network.call(SHOP, app, ring_url=app.origin + "/ring", time_limit=300)
    queued = app.wait_for("/ring", CallUUID=uuid)
    check("a call is fired, and rings", (queued["CallStatus"], queued["RequestUUID"]) == ("ringing", uuid), queued)
    app.wait_for("/answer", CallUUID=uuid)
    shown = network.until(lambda: client.live_calls.get(uuid), lambda call: call.call_status == "in-progress")
    check("it is shown while it lives", (shown.direction, shown.to, getattr(shown, "from")) == ("outbound", SHOP[1:], network.ours))
    check("and listed among those that live", uuid in client.live_calls.list_ids().calls)
    check("a call that lives has no record", refused(lambda: client.calls.get(uuid)) == ("ResourceNotFoundError", "call not found"))
    started = client.calls.record(uuid, time_limit=120, file_format="wav", callback_url=app.origin + "/recorded")
    check("a live call is recorded", started.message == "call recording started" and started.url.endswith(f"{started.recording_id}.wav"), started)
    # Something must be on it: the shop greets, and is greeted.
    client.calls.speak(uuid, "Good morning, this is a recording.")
    network.truth_until(uuid, lambda truth: truth["callee_said"] and truth["callee_heard"])
    client.calls.record_stop(uuid)
    told = app.wait_for("/recorded", recording_id=started.recording_id)
    check("its end is told", (told["call_uuid"], told["record_url"]) == (uuid, started.url) and int(float(told["recording_duration_ms"])) > 500, told)
    client.calls.delete(uuid)
    end = app.wait_for("/hangup", CallUUID=uuid)
    check("a live call is hung up", (end["HangupSource"], end["HangupCauseCode"]) == ("API Request", "4000"), end)
    check("once", refused(lambda: client.calls.hangup(uuid)) == ("ResourceNotFoundError", "call not found"))
    record = network.until(lambda: client.calls.get(uuid), lambda _: True)
    facts = (record.from_number, record.to_number, record.call_state, record.hangup_cause_code, record.billed_duration)
    check("its record says what became of it", facts == ("+" + network.ours, SHOP[1:], "ANSWER", 4000, 60), facts)

    busy = network.call(BUSY, app)
    app.wait_for("/hangup", CallUUID=busy)
    network.until(lambda: client.calls.get(busy), lambda record: record.hangup_cause_name == "Busy Line")
    uuids = lambda **how: [call.call_uuid for call in client.calls.list(**how).objects]
    check("a list shows the newest first", uuids()[:2] == [busy, uuid], uuids())
    check("it comes in pages", uuids(limit=1, offset=1) == [uuid])
    check("and filters by number and cause", (uuids(to_number=BUSY[1:]), uuids(hangup_cause_code=3010)) == ([busy], [busy]))
    meta = client.calls.list(limit=1).meta
    check("a page names the next", meta["next"].startswith(f"/v1/Account/{network.auth_id}/Call/?") and meta["total_count"] >= 2, meta)

    ringing = network.call(NOBODY, app)
    network.until(lambda: client.live_calls.get(ringing), lambda call: call.call_status == "ringing")
    client.calls.cancel(ringing)
    check("a call that rings is taken back", app.wait_for("/hangup", CallUUID=ringing)["CallStatus"] == "cancel")
    several = client.calls.create(from_=network.ours, to_=f"{BUSY[1:]}<{NOBODY[1:]}", answer_url=app.origin + "/answer", ring_timeout=2)
    check("several are called at once", several.message == "calls fired" and len(several.request_uuid) == 2, several)
    return uuid, started.recording_id


def live(network, app):
    client = network.client
    uuid = network.call(SILENT_LINE, app)
    # Before the answer there is nothing to do it on.
    network.until(lambda: client.live_calls.get(uuid), lambda call: call.call_status == "in-progress")
    check("something is said to a live call", client.calls.speak(uuid, "The quick brown fox").message == "speak started")
    network.truth_until(uuid, lambda truth: any("brown fox" in words.lower() for words in truth["callee_heard"]))
    check("and heard", True)
    client.calls.speak_stop(uuid)
    check("keys are pressed", client.calls.send_digits(uuid, "12#").message == "digits sent")
    network.truth_until(uuid, lambda truth: truth["keys_heard"] == "12#")
    check("and heard too", True)
    check("a file is played", client.calls.play(uuid, app.origin + "/nothing.wav").message == "play started")
    client.calls.play_stop(uuid)
    app.serve("/elsewhere", plivoxml.ResponseElement().add(plivoxml.HangupElement()))
    check("it is transferred", client.calls.transfer(uuid, legs="aleg", aleg_url=app.origin + "/elsewhere").message == "call transfered")
    app.wait_for("/elsewhere", CallUUID=uuid)
    check("and ends there", app.wait_for("/hangup", CallUUID=uuid)["HangupSource"] == "Answer XML")


def conferences(network, app):
    client = network.client
    room = plivoxml.ConferenceElement("My Room", callback_url=app.origin + "/room", enter_sound="beep:1")
    app.serve("/join", plivoxml.ResponseElement().add(room))
    first, second = network.call(SILENT_LINE, app, "/join"), network.call(SHOP, app, "/join")
    for uuid in (first, second):
        app.wait_for("/room", ConferenceAction="enter", CallUUID=uuid)
    check("a conference is listed", list(client.conferences.list().conferences) == ["My Room"])
    shown = client.conferences.get("My Room")
    members = {member["call_uuid"]: member["member_id"] for member in shown.members}
    check("with its members", set(members) == {first, second} and shown.conference_member_count == "2", shown)
    check("a member is muted", client.conferences.member_mute("My Room", members[first]).message == "muted")
    muted = {member["call_uuid"]: member["muted"] for member in client.conferences.get("My Room").members}
    check("which is shown", muted == {first: True, second: False}, muted)
    client.conferences.member_mute_stop("My Room", members[first])
    check("all hear what is said", client.conferences.member_speak("My Room", "all", "Welcome everybody").message == "speak queued into conference")
    started = client.conferences.record("My Room", file_format="mp3", callback_url=app.origin + "/recorded")
    check("it is recorded", started.message == "conference recording started", started)
    network.truth_until(first, lambda truth: any("everybody" in words.lower() for words in truth["callee_heard"]))
    client.conferences.record_stop("My Room")
    check("and told so", app.wait_for("/recorded", recording_id=started.recording_id)["conference_name"] == "My Room")
    check("a member is taken out", client.conferences.member_kick("My Room", members[second]).message == "kicked")
    app.wait_for("/hangup", CallUUID=second)
    check("it is ended", client.conferences.delete("My Room").message == "conference hung up")
    app.wait_for("/hangup", CallUUID=first)
    check("and is no more", refused(lambda: client.conferences.get("My Room"))[0] == "ResourceNotFoundError")


def multiparty(network, app):
    room = network.client.multi_party_calls
    told = {"status_callback_url": app.origin + "/party", "status_callback_method": "POST"}
    added = room.add_participant("agent", friendly_name="line", from_=network.ours, to_=SILENT_LINE[1:], **told)
    first = added.calls[0]["call_uuid"]
    check("somebody is rung into a multiparty call", added.message == "add participant action initiated", added)
    app.wait_for("/party", EventName="ParticipantJoin", ParticipantCallUUID=first)
    document = plivoxml.ResponseElement().add(plivoxml.MultiPartyCallElement("line", role="customer", on_exit_action_url=app.origin + "/left"))
    app.serve("/line", document)
    app.serve("/left", plivoxml.ResponseElement().add(plivoxml.HangupElement()))
    second = network.call(SHOP, app, "/line")
    joined = app.wait_for("/party", EventName="ParticipantJoin", ParticipantCallUUID=second)
    check("another joins by document", (joined["ParticipantRole"], joined["MPCName"]) == ("customer", "line"), joined)
    shown = room.get(friendly_name="line")
    check("it is shown", (shown.status, shown.friendly_name, shown.mpc_uuid) == ("Active", "line", joined["MPCUUID"]), shown)
    members = room.list_participants(friendly_name="line")
    check("with who takes part", [one.call_uuid for one in members.objects] == [first, second], members)
    held = room.update_participant(joined["MemberID"], friendly_name="line", hold=True)
    check("somebody is put on hold", "hold/unhold member(s) succeeded" in str(held), held)
    app.wait_for("/party", EventName="ParticipantHold", MemberID=joined["MemberID"])
    check("which is shown", room.get_participant(joined["MemberID"], friendly_name="line").hold is True)
    started = room.start_recording(friendly_name="line", recording_callback_url=app.origin + "/tape", recording_callback_method="POST")
    check("it is recorded", started.message == "MPC: line record started", started)
    room.stop(friendly_name="line")
    left = app.wait_for("/left", CallUUID=second)
    check("it is ended, and a document goes on", left["MPCFriendlyName"] == "line", left)
    app.wait_for("/tape", EventName="MPCRecordingCompleted", RecordingUUID=started.recording_id)
    over = app.wait_for("/party", EventName="MPCEnd")
    check("its end is told once, with the bill", int(over["MPCBilledDuration"]) >= 60, over)
    check("and it is shown by its UUID", room.get(uuid=joined["MPCUUID"]).termination_cause_code == 3_000)


def messages(network, app):
    client = network.client
    sent = client.messages.create(src=network.ours, dst=SHOP[1:], text="At six, please.", url=app.origin + "/sms")
    uuid = sent.message_uuid[0]
    check("a message is queued", sent.message == "message(s) queued", sent)
    told = app.wait_for("/sms", MessageUUID=uuid, Status="delivered")
    check("it arrives, and that is told", (told["From"], told["To"]) == (network.ours, SHOP[1:]), told)
    shown = client.messages.get(uuid)
    check("and shown", (shown.message_state, shown.message_direction, shown.units) == ("delivered", "outbound", 1), shown)
    check("and listed", [one.message_uuid for one in client.messages.list(limit=5).objects] == [uuid])


def refusals(network, app):
    client, ours = network.client, network.ours
    create = lambda **how: client.calls.create(**{"from_": ours, "to_": SHOP[1:], "answer_url": app.origin + "/answer", **how})
    cases = [
        ("a word in place of a number", lambda: create(to_="pizza"), "ValidationError", "to parameter is invalid: no number that can be called"),
        ("a number that is not ours", lambda: create(from_="12125550999"), "ValidationError", "from parameter is invalid"),
        ("keys that no telephone has", lambda: create(send_digits="hello"), "ValidationError", "send_digits parameter is invalid"),
        ("a call that is not there", lambda: client.calls.get("none"), "ResourceNotFoundError", "call not found"),
        ("a wrong token", lambda: network.with_token("wrong").account.get(), "AuthenticationError", "Could not verify your access level"),
        ("a recording that is not there", lambda: client.recordings.get("none"), "ResourceNotFoundError", "not found"),
        ("speech on a call that is over", lambda: client.calls.speak("none", "Hello"), "ResourceNotFoundError", "call not found"),
        ("an application for the number that is not there", lambda: client.numbers.update(ours, app_id="1"), "ValidationError", "no application"),
        ("another number", lambda: client.numbers.get("12125550999"), "ResourceNotFoundError", "not found"),
    ]
    for name, act, kind, sentence in cases:
        found = refused(act)
        check(f"refused: {name}", found is not None and found[0] == kind and sentence in found[1], found)
    network.control("/sandbox/faults", f'{{"faults": ["create=500"], "to": "{SILENT_LINE}", "times": 9}}')
    before = sum(seen.path == "/answer" for seen in app.seen)
    check("refused: what the package sends three times", refused(lambda: create(to_=SILENT_LINE[1:])) == ("PlivoServerError", "internal server error"))
    check("and nobody was called", sum(seen.path == "/answer" for seen in app.seen) == before)


def recordings(network, app, recorded):
    client = network.client
    uuid, recording = recorded
    shown = client.recordings.get(recording)
    seconds = float(shown.recording_duration_ms) / 1_000
    check("a recording is shown", (shown.call_uuid, shown.recording_format, shown.recording_type) == (uuid, "wav", "normal"), shown)
    check("and listed", [one.recording_id for one in client.recordings.list(call_uuid=uuid).objects] == [recording])
    # Its sound is open to who knows the address: so it is at Plivo, unless the account says otherwise.
    url = shown.recording_url
    with urllib.request.urlopen(url) as reply:
        rate, samples = samples_of(reply.read())
    check("its sound is the callee's, 8 kHz", rate == 8_000 and max(samples) > 2_000, (rate, len(samples)))
    check("as long as is said", abs(len(samples) / rate - seconds) < 0.1, (len(samples) / rate, seconds))
    with urllib.request.urlopen(url.removesuffix("wav") + "mp3") as reply:
        decoded = subprocess.run(["lame", "--quiet", "--decode", "--mp3input", "-", "-"], input=reply.read(), capture_output=True, check=True)
    rate, samples = samples_of(decoded.stdout)
    check("and as MP3 the same", max(samples) > 2_000 and abs(len(samples) / rate - seconds) < 0.5, (rate, len(samples)))
    client.transcriptions.create_transcription(recording, app.origin + "/words")
    words = app.wait_for("/words", recording_id=recording)
    check("it is written down", words["error"] == "" and words["transcription"].startswith("Speaker 0: "), words)
    check("and kept", client.transcriptions.get_transcription(recording).transcription == words["transcription"])
    client.recordings.delete(recording)
    check("a deleted one is gone", refused(lambda: client.recordings.get(recording)) == ("ResourceNotFoundError", "not found"))


def samples_of(media):
    """Returns the rate and the loudness of each sample of the first channel."""
    with wave.open(io.BytesIO(media)) as file:
        data = memoryview(file.readframes(file.getnframes())).cast("h")
        return file.getframerate(), [abs(sample) for sample in data[0 :: file.getnchannels()]]


if __name__ == "__main__":
    run(main)
