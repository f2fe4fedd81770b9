"""Documents that Plivo's own package builds, run by the practice network; and every request that the network makes for them,
checked by the package's validators, both schemes and both headers."""

import sys

from plivo import plivoxml as xml
from plivo_peer import Plivo, WebhookApp
from sandbox import PRESSES_KEYS, SHOP, SILENT_LINE, VOICEMAIL, check, run, running

def document(*verbs):
    response = xml.ResponseElement()
    for verb in verbs:
        response.add(verb)
    return response


def main():
    with running(sys.argv) as sandbox:
        network = Plivo(sandbox)
        app = WebhookApp(network.auth_token)
        # All at once: each waits for its own.
        keys = begin_keys(network, app)
        machine = begin_machine(network, app)
        caller = begin_inbound(network, app)
        end_keys(network, app, keys)
        end_machine(network, app, machine)
        end_inbound(network, app, caller)
        refused_documents(network, app)
        unsigned, count = app.unsigned()
        check(f"the package accepts all {count} requests by all their signatures, and none of them forged", count > 20 and not unsigned, unsigned[:2])
        app.close()


def begin_keys(network, app):
    ask = xml.GetInputElement(action=app.origin + "/digits?step=1", input_type="dtmf speech", execution_timeout=30, finish_on_key="#", log=False)
    ask.add(xml.SpeakElement("Please enter a number."))
    speak = xml.SpeakElement("Hello & welcome to <practice>.", voice="Polly.Joanna", language="en-US")
    speak.add_break(time="200ms")
    app.serve(
        "/keys",
        document(
            xml.RecordElement(record_session=True, max_length=600, file_format="wav", callback_url=app.origin + "/tape", redirect=False),
            speak,
            ask,
            xml.RedirectElement(app.origin + "/nothing"),
        ),
    )
    dial = xml.DialElement(action=app.origin + "/dialled", callback_url=app.origin + "/leg", time_limit=4, timeout=20, caller_name="Practice")
    dial.add(xml.NumberElement(SILENT_LINE[1:])).add(xml.NumberElement("12125550110"))
    app.serve("/digits", document(xml.MessageElement("On the way.", src=network.ours, dst=SHOP[1:], callback_url=app.origin + "/text"), dial))
    app.serve("/dialled", document(xml.DTMFElement("7"), xml.WaitElement(length=1), xml.RedirectElement(app.origin + "/last", method="GET")))
    app.serve("/last", document(xml.HangupElement()))
    return network.call(PRESSES_KEYS, app, "/keys", answer_method="GET", ring_url=app.origin + "/ring")


def end_keys(network, app, uuid):
    came = app.wait_for("/keys", CallUUID=uuid)
    check("the first document is fetched by GET, the parameters in the query", came["Event"] == "StartApp")
    digits = app.wait_for("/digits", CallUUID=uuid)
    check("keys come without the one that ends them", (digits["Digits"], digits["InputType"], digits["step"]) == ("42", "dtmf", "1"), digits)
    text = app.wait_for("/text", Status="delivered")
    check("a document sends a text", text["To"] == SHOP[1:], text)
    dialled = app.wait_for("/dialled", CallUUID=uuid)
    check("a document dials", (dialled["DialStatus"], dialled["DialRingStatus"]) == ("completed", "true"), dialled)
    # Nobody promises that they come before the news of the whole.
    legs = [app.wait_for("/leg", DialAction="hangup", DialBLegTo=number) for number in ("12125550110", SILENT_LINE[1:])]
    ends = {leg["DialBLegTo"]: leg["DialBLegHangupCauseCode"] for leg in legs}
    check("each leg has its end", ends == {"12125550110": "3010", SILENT_LINE[1:]: "6000"}, ends)
    app.wait_for("/last", CallUUID=uuid)
    tape = app.wait_for("/tape", CallUUID=uuid)
    check("the session was recorded beside it all", float(tape["RecordingDurationMs"]) > 5_000, tape)
    end = app.wait_for("/hangup", CallUUID=uuid)
    check("the end is the document's", (end["HangupSource"], end["HangupCauseCode"]) == ("Answer XML", "4000"), end)
    truth = network.sandbox.truth(uuid)
    check("the callee heard what was built", any("welcome" in words.lower() for words in truth["callee_heard"]), truth["callee_heard"])
    check("and nothing was passed over", truth["unsupported"] == [] and truth["errors"] == [], truth)


def begin_machine(network, app):
    app.serve("/machine", document(xml.WaitElement(length=60, beep=True), xml.SpeakElement("Please call us back tomorrow."), xml.HangupElement()))
    return network.call(VOICEMAIL, app, "/machine", machine_detection="true", machine_detection_url=app.origin + "/detected")


def end_machine(network, app, uuid):
    found = app.wait_for("/detected", CallUUID=uuid)
    check("a machine is told beside the document", (found["Machine"], found["Event"], found["IfMachine"]) == ("true", "MachineDetection", "continue"), found)
    end = app.wait_for("/hangup", CallUUID=uuid)
    check("its end says it too", end["Machine"] == "true" and end["HangupSource"] == "Answer XML", end)
    truth = network.truth_until(uuid, lambda truth: truth["callee_heard"])
    check("the message came behind the beep", any("tomorrow" in words.lower() for words in truth["callee_heard"]), truth["callee_heard"])


def begin_inbound(network, app):
    ask = xml.GetInputElement(action=app.origin + "/said", input_type="speech", execution_timeout=30, redirect=True)
    ask.add(xml.SpeakElement("Hello, who is there?"))
    app.serve("/inbound", document(ask))
    message = xml.RecordElement(action=app.origin + "/message", max_length=4, play_beep=True, file_format="mp3", callback_url=app.origin + "/kept")
    app.serve("/said", document(message))
    app.serve("/message", document(xml.HangupElement()))
    network.control("/sandbox/number", f'{{"answer_url": "{app.origin}/inbound", "hangup_url": "{app.origin}/hangup"}}')
    return network.control("/sandbox/ring", f'{{"from": "{SHOP}", "to": "+{network.ours}"}}')


def end_inbound(network, app, rung):
    check("somebody rings", rung[0] == 201, rung)
    said = app.wait_for("/said")
    check("and is understood", "help" in said["Speech"].lower() and float(said["SpeechConfidenceScore"]) > 0, said)
    message = app.wait_for("/message")
    check("leaves a message", message["Direction"] == "inbound" and message["RecordUrl"].endswith(".mp3"), message)
    app.wait_for("/kept", RecordingID=message["RecordingID"])
    app.wait_for("/hangup", CallUUID=said["CallUUID"])


def refused_documents(network, app):
    app.serve("/bad", "<Response><Say>Another carrier's word</Say></Response>")
    uuid = network.call(SILENT_LINE, app, "/bad")
    end = app.wait_for("/hangup", CallUUID=uuid)
    check("one unknown element refuses all of a document", (end["HangupCauseCode"], end["HangupCauseName"]) == ("8011", "Invalid Answer XML"), end)


if __name__ == "__main__":
    run(main)
