"""What the carrier sends: documents fetched, callbacks in order, every one with a signature that the package accepts."""

import email.utils
import io
import math
import sys
import wave

from sandbox import PRESSES_KEYS, SHOP, SILENT_LINE, check, run, running
from twilio.twiml.voice_response import Gather, VoiceResponse
from webhook_app import WebhookApp

EVENTS = ["initiated", "ringing", "answered", "completed"]


def main():
    with running(sys.argv) as sandbox:
        app = WebhookApp(sandbox.auth_token)
        try:
            callbacks(sandbox, app)
            documents(sandbox, app)
            fallbacks(sandbox, app)
            recorded_messages(sandbox, app)
            # A file for <Play> is fetched like any file of the web, without a signature.
            signed = [seen for seen in app.seen if seen.path != "/tone.wav"]
            unsigned = [seen for seen in signed if not seen.is_signed]
            check(f"all {len(signed)} requests carried a signature that the package accepts", not unsigned, unsigned)
        finally:
            app.close()


def place(sandbox, app, to, document, **parameters):
    url = app.serve("/voice", document)
    return sandbox.create(to, url=url, status_callback=app.origin + "/status", status_callback_event=EVENTS, **parameters)


def callbacks(sandbox, app):
    response = VoiceResponse()
    response.pause(length=1)
    call = place(sandbox, app, SILENT_LINE, response)
    end = app.wait_for_end(call.sid)
    news = [seen.parameters for seen in app.states(call.sid)]
    states = [form["CallStatus"] for form in news]
    check("an answered call is reported in order", states == ["initiated", "ringing", "in-progress", "completed"], states)
    check("its news are counted from nought", [form["SequenceNumber"] for form in news] == ["0", "1", "2", "3"])
    source = {form["CallbackSource"] for form in news}
    check("they say where they come from", source == {"call-progress-events"}, source)
    times = [email.utils.parsedate_to_datetime(form["Timestamp"]) for form in news]
    check("and when, in order", times == sorted(times), times)
    ended = end.parameters
    facts = (ended["Duration"], ended["SipResponseCode"])
    check("the last says how long it was and what it costs in minutes", int(ended["CallDuration"]) >= 1 and facts == ("1", "200"), ended)
    ours = {"AccountSid": sandbox.account_sid, "From": sandbox.from_number, "To": SILENT_LINE, "Direction": "outbound-api", "ApiVersion": "2010-04-01"}
    check("each says whose call it is", all(form[key] == value for form in news for key, value in ours.items()), news)
    voice = app.wait_for(lambda seen: seen.path == "/voice")
    form = voice.parameters
    check("the document is asked for once the call is answered", (voice.method, form["CallStatus"]) == ("POST", "in-progress"), voice)
    check("by the carrier's name, with a token against doubles", voice.headers.get("User-Agent", voice.headers.get("user-agent", "")).startswith("TwilioProxy"), voice.headers)
    check("the call was rung once", sandbox.truth(call.sid)["rings"] == 1)

    for number, expected, code in (
        ("+12125550110", ["initiated", "busy"], "486"),
        ("+12125550112", ["initiated", "ringing", "busy"], "603"),
        ("+12125550113", ["initiated", "failed"], "404"),
    ):
        call = place(sandbox, app, number, VoiceResponse())
        end = app.wait_for_end(call.sid)
        states = [seen.parameters["CallStatus"] for seen in app.states(call.sid)]
        check(f"{number} is reported as {expected[-1]}", states == expected and end.parameters["SipResponseCode"] == code, (states, end))
    call = place(sandbox, app, "+12125550111", VoiceResponse(), timeout=2)
    end = app.wait_for_end(call.sid).parameters
    check("nobody home is reported as no-answer", (end["CallStatus"], end["SipResponseCode"], end["CallDuration"]) == ("no-answer", "487", "0"), end)


def documents(sandbox, app):
    first = VoiceResponse()
    gather = Gather(action="/keys?step=1", input="dtmf", timeout=20, finish_on_key="#")
    gather.say("Please press the number on your letter.")
    first.append(gather)
    second = VoiceResponse()
    second.say("Thank you. You will hear a tone.")
    second.play(app.serve("/tone.wav", tone(), "audio/x-wav"))
    second.redirect("last", method="GET")
    third = VoiceResponse()
    third.hangup()
    app.serve("/keys", second)
    app.serve("/last", third)
    call = place(sandbox, app, PRESSES_KEYS, first)
    keys = app.wait_for(lambda seen: seen.path == "/keys").parameters
    check("a callee hears a spoken prompt and answers with keys", (keys["Digits"], keys["step"]) == ("42", "1"), keys)
    last = app.wait_for(lambda seen: seen.path == "/last")
    check("a file is fetched, and a redirect by GET followed", last.method == "GET" and last.parameters["CallSid"] == call.sid, last)
    check("the end of the documents ends the call", app.wait_for_end(call.sid).parameters["CallStatus"] == "completed")
    truth = sandbox.truth(call.sid)
    check("nothing in these documents was passed over", truth["errors"] == [] and truth["ended_by"] == "document", truth["errors"])

    speech = VoiceResponse()
    gather = Gather(action="/speech", input="speech", speech_timeout="auto", timeout=20)
    gather.say("What time do you close today?")
    speech.append(gather)
    app.serve("/speech", VoiceResponse())
    call = place(sandbox, app, "+12125550118", speech)
    heard = app.wait_for(lambda seen: seen.path == "/speech").parameters
    check("what the callee says is turned into text", "miller" in heard["SpeechResult"].lower() or "robot" in heard["SpeechResult"].lower(), heard)
    app.wait_for_end(call.sid)


def fallbacks(sandbox, app):
    app.serve("/fallback", VoiceResponse())
    app.serve("/broken", "no document", status=500)
    call = sandbox.create(
        SILENT_LINE, url=app.origin + "/broken", fallback_url=app.origin + "/fallback", status_callback=app.origin + "/status"
    )
    form = app.wait_for(lambda seen: seen.path == "/fallback").parameters
    check("a document that fails leads to the fallback", (form["ErrorCode"], form["ErrorUrl"]) == ("11200", app.origin + "/broken"), form)
    app.wait_for_end(call.sid)
    states = [seen.parameters["CallStatus"] for seen in app.states(call.sid)]
    check("who names no events hears of the end only", states == ["completed"], states)
    call = sandbox.create(SILENT_LINE, url=app.origin + "/broken", status_callback=app.origin + "/status")
    app.wait_for_end(call.sid)
    check("without a fallback the carrier apologises and hangs up", sandbox.truth(call.sid)["errors"] == [11200], sandbox.truth(call.sid)["errors"])
    call = sandbox.create(SILENT_LINE, url="http://127.0.0.1:9/", status_callback=app.origin + "/status")
    app.wait_for_end(call.sid)
    check("nobody at the document's address is 11205", sandbox.truth(call.sid)["errors"] == [11205], sandbox.truth(call.sid)["errors"])


def recorded_messages(sandbox, app):
    response = VoiceResponse()
    response.record(action="/recorded", timeout=2, max_length=20, play_beep=False, recording_status_callback="/recording")
    app.serve("/recorded", VoiceResponse())
    call = place(sandbox, app, SHOP, response)
    form = app.wait_for(lambda seen: seen.path == "/recorded").parameters
    check("a recorded message goes to its action", form["RecordingUrl"].startswith(sandbox.base_url) and int(form["RecordingDuration"]) >= 1, form)
    news = app.wait_for(lambda seen: seen.path == "/recording").parameters
    facts = (news["RecordingStatus"], news["RecordingSource"], news["RecordingSid"])
    check("and is reported", facts == ("completed", "RecordVerb", form["RecordingSid"]), news)
    check("it can be fetched", sandbox.client.recordings(form["RecordingSid"]).fetch().call_sid == call.sid)
    app.wait_for_end(call.sid)


def tone():
    """A second of a tone, as a file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        samples = (int(8_000 * math.sin(2 * math.pi * 440 * at / 8_000)) for at in range(8_000))
        file.writeframes(b"".join(sample.to_bytes(2, "little", signed=True) for sample in samples))
    return out.getvalue()


if __name__ == "__main__":
    run(main)
