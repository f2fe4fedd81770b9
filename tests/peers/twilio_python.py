"""Twilio's own Python package against the sandbox, and a small program of the kind that Twilio calls.

Takes the first line that `puppetmaster sandbox --json` prints. Prints a line for each thing that holds and ends with an error at
the first that does not. No loop waits longer than WAIT seconds.
"""

import asyncio
import base64
import json
import queue
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import websockets
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.twiml.voice_response import Connect, VoiceResponse

WAIT = 30
SILENT, BUSY, SHOP, NOBODY = "+12125550121", "+12125550110", "+12125550123", "+12125550113"


def ok(what):
    print(f"ok   {what}", flush=True)


class App:
    """Serves TwiML, keeps what the webhooks said, and holds a media socket that plays a tone and clears it."""

    def __init__(self, auth_token):
        self.validator = RequestValidator(auth_token)
        self.documents, self.hooks = {}, queue.Queue()
        self.sessions = queue.Queue()
        app = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = dict(parse_qsl(body, keep_blank_values=True))
                url = f"{app.origin}{self.path}"
                is_signed = app.validator.validate(url, form, self.headers.get("X-Twilio-Signature", ""))
                app.hooks.put((self.path, form, is_signed))
                reply = app.documents.get(self.path, "").encode()
                self.send_response(200 if reply else 204)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        ready = queue.Queue()
        threading.Thread(target=lambda: asyncio.run(self.serve_socket(ready)), daemon=True).start()
        self.socket_url = f"ws://127.0.0.1:{ready.get(timeout=WAIT)}/media"

    async def serve_socket(self, ready):
        async with websockets.serve(self.hold, "127.0.0.1", 0) as server:
            ready.put(server.sockets[0].getsockname()[1])
            await asyncio.Future()

    async def hold(self, socket):
        url, signature = self.socket_url, socket.request.headers.get("X-Twilio-Signature", "")
        seen = {"signed": self.validator.validate(url, {}, signature), "messages": [], "times": []}
        stream = None
        async for text in socket:
            message = json.loads(text)
            seen["messages"].append(message)
            seen["times"].append(time.monotonic())
            media = [m for m in seen["messages"] if m["event"] == "media"]
            if message["event"] == "start":
                stream = message["streamSid"]
                # A second of tone, a mark behind it, and once the mark is back a minute that is cleared at once.
                await self.play(socket, stream, 1)
                await socket.send(json.dumps({"event": "mark", "streamSid": stream, "mark": {"name": "played"}}))
            elif message["event"] == "mark" and message["mark"]["name"] == "played":
                seen["played_after"] = len(media)
                await self.play(socket, stream, 60)
                await socket.send(json.dumps({"event": "mark", "streamSid": stream, "mark": {"name": "cleared"}}))
                await socket.send(json.dumps({"event": "clear", "streamSid": stream}))
            elif message["event"] == "mark":
                seen["cleared_after"] = len(media)
                await socket.close()
        self.sessions.put(seen)

    @staticmethod
    async def play(socket, stream, seconds):
        payload = base64.b64encode(bytes([0x8E, 0x0E] * 4000)).decode()
        for _ in range(seconds):
            await socket.send(json.dumps({"event": "media", "streamSid": stream, "media": {"payload": payload}}))

    def hook(self, path):
        while True:
            at, form, is_signed = self.hooks.get(timeout=WAIT)
            assert is_signed, f"{at} is not signed as the package's RequestValidator expects"
            if at == path:
                return form


def wait_for(what, probe):
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        found = probe()
        if found:
            return found
    raise AssertionError(f"{what} did not come in {WAIT} s")


def refused(code, act):
    try:
        act()
    except TwilioRestException as error:
        assert error.code == code, f"{error.code} instead of {code}: {error}"
        return error
    raise AssertionError(f"not refused with {code}")


def rest(client, app, from_number):
    app.documents["/voice"] = '<Response><Pause length="100"/></Response>'
    created = client.calls.create(
        to=SILENT,
        from_=from_number,
        url=f"{app.origin}/voice",
        status_callback=f"{app.origin}/status",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
        timeout=30,
        time_limit=120,
    )
    assert created.sid.startswith("CA") and len(created.sid) == 34, created.sid
    assert (created.status, created.direction, created.to, created._from) == ("queued", "outbound-api", SILENT, from_number)
    fetch = client.calls(created.sid).fetch
    fetched = wait_for("an answer", lambda: (call := fetch()).status == "in-progress" and call)
    assert fetched.start_time is not None and fetched.date_created is not None and fetched.price is None
    ok("a call is created, fetched until it is answered")

    voice = app.hook("/voice") if app.hooks.queue[0][0] == "/voice" else None
    states = [app.hook("/status")["CallStatus"] for _ in range(3 if voice is None else 2)]
    assert states[-1] == "in-progress", states
    ok("webhooks are signed as the package's RequestValidator expects")

    assert client.calls(created.sid).update(twiml="<Response><Pause length='30'/></Response>").sid == created.sid
    client.calls(created.sid).update(status="completed")
    ended = wait_for("the end", lambda: (call := fetch()).status == "completed" and call)
    assert ended.duration is not None and ended.end_time is not None
    assert app.hook("/status")["CallStatus"] == "completed"
    error = refused(20404, lambda: client.calls(created.sid).update(status="completed"))
    assert error.status == 404
    ok("a live call is redirected and ended; an ended one is not found")

    second = client.calls.create(to=BUSY, from_=from_number, twiml="<Response><Hangup/></Response>")
    wait_for("busy", lambda: client.calls(second.sid).fetch().status == "busy")
    assert [call.sid for call in client.calls.list(limit=10)] == [second.sid, created.sid]
    assert [call.sid for call in client.calls.list(to=SILENT)] == [created.sid]
    assert [call.sid for call in client.calls.list(status="busy")] == [second.sid]
    assert [call.sid for call in client.calls.stream(page_size=1)] == [second.sid, created.sid]
    ok("calls are listed newest first, filtered and by pages")

    assert client.api.accounts(client.username).fetch().status == "active"
    for to in ("+1", "hello"):
        refused(21211, lambda: client.calls.create(to=to, from_=from_number, url=f"{app.origin}/voice"))
    stranger = Client(client.username, "wrong")
    stranger.api.base_url = client.api.base_url
    assert refused(20003, lambda: stranger.calls(created.sid).fetch()).status == 401
    refused(20404, lambda: client.calls("CA" + "0" * 32).fetch())
    ok("bad numbers, a wrong token and unknown calls are refused with Twilio's codes")


def recording(client, app, from_number, credentials):
    app.documents["/record"] = '<Response><Say>Hello.</Say><Pause length="3"/><Hangup/></Response>'
    call = client.calls.create(
        to=SHOP,
        from_=from_number,
        url=f"{app.origin}/record",
        record=True,
        recording_channels="dual",
        recording_status_callback=f"{app.origin}/recorded",
        recording_status_callback_event=["completed"],
    )
    told = app.hook("/recorded")
    assert (told["CallSid"], told["RecordingStatus"]) == (call.sid, "completed"), told
    listed = client.calls(call.sid).recordings.list()
    assert [recording.sid for recording in listed] == [told["RecordingSid"]]
    fetched = client.recordings(told["RecordingSid"]).fetch()
    assert (fetched.channels, fetched.status) == (2, "completed"), (fetched.channels, fetched.status)
    request = urllib.request.Request(told["RecordingUrl"] + ".wav")
    pair = f"{credentials['account_sid']}:{credentials['auth_token']}".encode()
    request.add_header("Authorization", "Basic " + base64.b64encode(pair).decode())
    wav = urllib.request.urlopen(request, timeout=WAIT).read()
    assert wav[:4] == b"RIFF" and len(wav) > 16_000, len(wav)
    assert client.recordings(told["RecordingSid"]).delete()
    refused(20404, lambda: client.recordings(told["RecordingSid"]).fetch())
    ok("a call is recorded on two channels; the recording is told, listed, fetched, heard and deleted")


def media(client, app, from_number):
    response, connect = VoiceResponse(), Connect()
    stream = connect.stream(url=app.socket_url)
    stream.parameter(name="token", value="t-1")
    response.append(connect)
    response.hangup()
    call = client.calls.create(to=SILENT, from_=from_number, twiml=str(response))
    seen = app.sessions.get(timeout=WAIT)
    assert seen["signed"], "the handshake is not signed over its wss or ws address"
    events = [message["event"] for message in seen["messages"]]
    assert events[:2] == ["connected", "start"], events[:3]
    start = seen["messages"][1]["start"]
    assert (start["callSid"], start["customParameters"], start["tracks"]) == (call.sid, {"token": "t-1"}, ["inbound"]), start
    assert start["mediaFormat"] == {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
    frames = [message["media"] for message in seen["messages"] if message["event"] == "media"]
    assert all(len(base64.b64decode(frame["payload"])) == 160 for frame in frames)
    stamps = [int(frame["timestamp"]) for frame in frames]
    assert all(later - earlier == 20 for earlier, later in zip(stamps, stamps[1:])), stamps
    ok(f"{len(frames)} frames of 20 ms came over a signed socket")
    # A mark says that its audio was played: a second is fifty frames. A clear returns it at once.
    assert 45 <= seen["played_after"] <= 100, seen["played_after"]
    assert seen["cleared_after"] - seen["played_after"] < 25, (seen["played_after"], seen["cleared_after"])
    ok("a mark comes back when its audio was played, and at once after a clear")
    wait_for("the end", lambda: client.calls(call.sid).fetch().status == "completed")
    ok("the document goes on when the program closes its socket")


def missing_number(client, app, from_number):
    call = client.calls.create(to=NOBODY, from_=from_number, url=f"{app.origin}/voice", status_callback=f"{app.origin}/gone")
    told = app.hook("/gone")
    assert (told["CallSid"], told["CallStatus"]) == (call.sid, "failed"), told
    ok("a number that does not exist fails after the create, as it does at Twilio")


def main(first_line):
    credentials = json.loads(first_line)["twilio"]
    client = Client(credentials["account_sid"], credentials["auth_token"])
    client.api.base_url = credentials["base_url"]
    app = App(credentials["auth_token"])
    rest(client, app, credentials["from_number"])
    missing_number(client, app, credentials["from_number"])
    recording(client, app, credentials["from_number"], credentials)
    media(client, app, credentials["from_number"])


if __name__ == "__main__":
    main(*sys.argv[1:])
