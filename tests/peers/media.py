"""The media stream against a WebSocket server that is not ours: real frames, marks with their meaning, clear, keys, the end."""

import asyncio
import base64
import json
import math
import sys
import time

import websockets.asyncio.server as websocket_server
from sandbox import MENU, PATIENCE, PRESSES_KEYS, SHOP, SILENT_LINE, check, require, run, running
from twilio.twiml.voice_response import Connect, VoiceResponse
from webhook_app import WebhookApp
from websockets.exceptions import ConnectionClosed


def main():
    with running(sys.argv) as sandbox:
        app = WebhookApp(sandbox.auth_token)
        try:
            asyncio.run(asyncio.wait_for(streams(sandbox, app), 5 * PATIENCE))
        finally:
            app.close()


class Stream:
    """One socket that the carrier opened to us."""

    def __init__(self, socket):
        self.socket = socket
        self.accepted_at = time.monotonic()
        self.messages = []
        self.sid = None
        self.close_code = None
        self.news = asyncio.Condition()

    async def read(self):
        try:
            async for text in self.socket:
                message = json.loads(text)
                message["came_ms"] = (time.monotonic() - self.accepted_at) * 1_000
                async with self.news:
                    self.messages.append(message)
                    self.news.notify_all()
        except ConnectionClosed:
            pass
        async with self.news:
            self.close_code = self.socket.close_code
            self.news.notify_all()

    async def until(self, done):
        """Waits until what has come is as wanted."""
        async with self.news:
            await asyncio.wait_for(self.news.wait_for(lambda: done(self)), PATIENCE)

    def events(self, event):
        return [message for message in self.messages if message["event"] == event]

    def now(self):
        """How far the carrier's stream has come, in its own milliseconds."""
        media = self.events("media")
        return int(media[-1]["media"]["timestamp"]) if media else 0

    async def say(self, ulaw):
        await self.send({"event": "media", "media": {"payload": base64.b64encode(ulaw).decode()}})

    async def mark(self, name):
        await self.send({"event": "mark", "mark": {"name": name}})

    async def clear(self):
        await self.send({"event": "clear"})

    async def send(self, message):
        await self.socket.send(json.dumps({**message, "streamSid": self.sid}))


class Peer:
    """Takes the carrier's sockets and hands them to whoever waits."""

    def __init__(self, app):
        self.app = app
        self.streams = asyncio.Queue()

    async def serve(self, socket):
        url = f"ws://127.0.0.1:{self.port}{socket.request.path}"
        signature = socket.request.headers.get("x-twilio-signature", "")
        stream = Stream(socket)
        stream.is_signed = self.app.validator.validate(url, {}, signature)
        await self.streams.put(stream)
        await stream.read()

    async def open(self, sandbox, to, after="", action=None, parameters=()):
        """Rings somebody with a document that connects to us, and returns the stream and the call."""
        response = VoiceResponse()
        connect = Connect(action=action) if action else Connect()
        stream = connect.stream(url=f"ws://127.0.0.1:{self.port}/media", status_callback=self.app.origin + "/stream")
        for name, value in parameters:
            stream.parameter(name=name, value=value)
        response.append(connect)
        text = str(response).replace("</Response>", after + "</Response>")
        url = self.app.serve("/voice", text)
        call = await asyncio.to_thread(sandbox.create, to, url=url, status_callback=self.app.origin + "/status")
        stream = await asyncio.wait_for(self.streams.get(), PATIENCE)
        await stream.until(lambda stream: stream.events("start"))
        stream.sid = stream.events("start")[0]["streamSid"]
        return stream, call


async def streams(sandbox, app):
    peer = Peer(app)
    async with websocket_server.serve(peer.serve, "127.0.0.1", 0) as server:
        peer.port = server.sockets[0].getsockname()[1]
        await shape_and_pace(sandbox, app, peer)
        await marks_and_clear(sandbox, app, peer)
        greeting = await echoes(sandbox, app, peer)
        await keys(sandbox, app, peer, greeting)
        await our_close(sandbox, app, peer)


async def hang_up(sandbox, call):
    await asyncio.to_thread(lambda: sandbox.client.calls(call.sid).update(status="completed"))


async def shape_and_pace(sandbox, app, peer):
    stream, call = await peer.open(sandbox, SILENT_LINE, parameters=[("token", "a b&c"), ("task", "42")])
    check("the handshake is signed", stream.is_signed)
    await stream.until(lambda stream: len(stream.events("media")) >= 150)
    connected, start = stream.messages[:2]
    came = {key: value for key, value in connected.items() if key != "came_ms"}
    check("it begins with connected", came == {"event": "connected", "protocol": "Call", "version": "1.0.0"}, came)
    expected = {
        "event": "start",
        "sequenceNumber": "1",
        "streamSid": stream.sid,
        "start": {
            "accountSid": sandbox.account_sid,
            "streamSid": stream.sid,
            "callSid": call.sid,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": {"token": "a b&c", "task": "42"},
        },
    }
    came = {key: value for key, value in start.items() if key != "came_ms"}
    check("then start, with the document's parameters", came == expected and stream.sid.startswith("MZ"), came)
    media = stream.events("media")
    check("media are inbound frames of 20 ms", all(m["media"]["track"] == "inbound" and len(base64.b64decode(m["media"]["payload"])) == 160 for m in media))
    check("their chunks count from one", [m["media"]["chunk"] for m in media] == [str(n + 1) for n in range(len(media))])
    first = int(media[0]["media"]["timestamp"])
    check("their times step by 20 ms", [int(m["media"]["timestamp"]) for m in media] == [first + 20 * n for n in range(len(media))])
    numbers = [int(m["sequenceNumber"]) for m in stream.messages[1:]]
    check("every message after connected is numbered", numbers == list(range(1, len(numbers) + 1)), numbers[:5])
    early = [m for m in media if m["came_ms"] + 1 < int(m["media"]["timestamp"])]
    check("no frame comes before its time", not early, early[:1])
    await hang_up(sandbox, call)
    await stream.until(lambda stream: stream.close_code is not None)
    stop = {key: value for key, value in stream.messages[-1].items() if key not in ("came_ms", "sequenceNumber")}
    expected = {"event": "stop", "streamSid": stream.sid, "stop": {"accountSid": sandbox.account_sid, "callSid": call.sid}}
    check("the last message is stop", stop == expected, stop)
    check("then the socket is closed in good order", stream.close_code == 1000, stream.close_code)
    events = [seen.parameters["StreamEvent"] for seen in app.seen if seen.path == "/stream" and seen.parameters["StreamSid"] == stream.sid]
    check("the stream's own callbacks tell the same", events[:1] == ["stream-started"], events)
    app.wait_for(lambda seen: seen.path == "/stream" and seen.parameters["StreamEvent"] == "stream-stopped")


async def marks_and_clear(sandbox, app, peer):
    stream, call = await peer.open(sandbox, SILENT_LINE)
    await stream.mark("nothing before it")
    await stream.until(lambda stream: stream.events("mark"))
    check("a mark behind nothing comes back", stream.events("mark")[0]["mark"] == {"name": "nothing before it"})
    await stream.until(lambda stream: stream.now() >= 200)
    said_at = stream.now()
    await stream.say(sound(1_000))
    await stream.mark("one second")
    await stream.say(sound(500))
    await stream.mark("half a second more")
    await stream.until(lambda stream: len(stream.events("mark")) == 3)
    played = [(m["mark"]["name"], stream_time_before(stream, m)) for m in stream.events("mark")[1:]]
    names = [name for name, _ in played]
    check("marks come back in order", names == ["one second", "half a second more"], names)
    check("the first not before its second was played", played[0][1] - said_at >= 980, (said_at, played))
    check("the second half a second after it", played[1][1] - played[0][1] == 500, played)

    await stream.say(sound(60_000))
    await stream.mark("a")
    await stream.mark("b")
    await stream.until(lambda stream: len(stream.events("media")) % 25 == 0)
    cleared_at = stream.now()
    await stream.clear()
    await stream.until(lambda stream: len(stream.events("mark")) == 5)
    cleared = stream.events("mark")[3:]
    check("a clear brings back all marks at once, in order", [m["mark"]["name"] for m in cleared] == ["a", "b"], cleared)
    between = int(cleared[1]["sequenceNumber"]) - int(cleared[0]["sequenceNumber"])
    check("with nothing between them", between == 1, between)
    check("long before their minute is played", stream_time_before(stream, cleared[0]) - cleared_at < 30_000)
    await stream.say(sound(100))
    await stream.mark("after")
    await stream.until(lambda stream: len(stream.events("mark")) == 6)
    check("what is said after a clear is played", stream.events("mark")[-1]["mark"]["name"] == "after")
    truth = await asyncio.to_thread(sandbox.truth, call.sid)
    seconds = truth["samples_played"] / 8_000
    check("the minute was never played to the callee", 1.6 <= seconds < 40, seconds)
    await hang_up(sandbox, call)
    await stream.until(lambda stream: stream.close_code is not None)


async def keys(sandbox, app, peer, words):
    stream, call = await peer.open(sandbox, PRESSES_KEYS)
    await stream.say(words)
    await stream.until(lambda stream: len(stream.events("dtmf")) == 3)
    dtmf = [m["dtmf"] for m in stream.events("dtmf")]
    expected = [{"track": "inbound_track", "digit": digit} for digit in "42#"]
    check("keys of the callee come as messages", dtmf == expected, dtmf)
    await hang_up(sandbox, call)
    await stream.until(lambda stream: stream.close_code is not None)

    stream, call = await peer.open(sandbox, MENU)
    await stream.say(key_sound("0"))
    truth = await true_of(sandbox, call, lambda truth: any("this is Chris" in line for line in truth["callee_said"]))
    check("keys in our sound lead through a menu", truth["keys_heard"] == "0", truth["keys_heard"])
    await hang_up(sandbox, call)
    await stream.until(lambda stream: stream.close_code is not None)


async def echoes(sandbox, app, peer):
    """Says to the shop what it has said itself, once it has finished. Returns that."""
    stream, call = await peer.open(sandbox, SHOP)
    await stream.until(lambda stream: loud_frames(stream) >= 50)
    await stream.until(lambda stream: loud_frames(stream, last=50) == 0)
    words = b"".join(base64.b64decode(message["media"]["payload"]) for message in stream.events("media"))
    await stream.say(words)
    truth = await true_of(sandbox, call, lambda truth: any(truth["callee_heard"]))
    check("the shop speaks, and understands its own words when they come back", "help" in truth["callee_heard"][0].lower(), truth["callee_heard"])
    await hang_up(sandbox, call)
    await stream.until(lambda stream: stream.close_code is not None)
    return words


def loud_frames(stream, last=None):
    """Counts the frames that are not silence, among the last of them or all."""
    media = stream.events("media")
    frames = media[-last:] if last else media
    return sum(min(byte & 0x7F for byte in base64.b64decode(message["media"]["payload"])) < 0x60 for message in frames)


async def our_close(sandbox, app, peer):
    app.serve("/after", VoiceResponse())
    stream, call = await peer.open(sandbox, SILENT_LINE, action="/after")
    await stream.socket.close()
    form = (await asyncio.to_thread(app.wait_for, lambda seen: seen.path == "/after")).parameters
    check("when we close the stream, the call goes on where the document says", form["CallSid"] == call.sid and form["CallStatus"] == "in-progress", form)
    await asyncio.to_thread(app.wait_for_end, call.sid)
    stream, call = await peer.open(sandbox, SILENT_LINE)
    await stream.socket.send("this is no message")
    await stream.until(lambda stream: stream.close_code is not None)
    await asyncio.to_thread(app.wait_for_end, call.sid)
    truth = await asyncio.to_thread(sandbox.truth, call.sid)
    check("what is no message ends the stream with 31924", truth["errors"] == [31924], truth["errors"])


async def true_of(sandbox, call, wanted):
    """Looks at what truly happens until it is as wanted."""
    while True:
        truth = await asyncio.to_thread(sandbox.truth, call.sid)
        if wanted(truth):
            return truth
        require(truth["ended_by"] is None, f"the call ended: {truth}")


def stream_time_before(stream, message):
    """Returns the stream's own time when a message came: that of the end of the frame before it."""
    at = stream.messages.index(message)
    media = [m for m in stream.messages[:at] if m["event"] == "media"]
    return int(media[-1]["media"]["timestamp"]) + 20


def sound(milliseconds):
    """A tone as μ-law."""
    return bytes(ulaw(int(6_000 * math.sin(2 * math.pi * 300 * at / 8_000))) for at in range(milliseconds * 8))


def key_sound(key):
    """A key of a telephone, 200 ms."""
    low = {"1": 697, "2": 697, "3": 697, "4": 770, "5": 770, "6": 770, "7": 852, "8": 852, "9": 852, "*": 941, "0": 941, "#": 941}[key]
    high = {"1": 1209, "4": 1209, "7": 1209, "*": 1209, "2": 1336, "5": 1336, "8": 1336, "0": 1336, "3": 1477, "6": 1477, "9": 1477, "#": 1477}[key]
    wave = lambda hz, at: math.sin(2 * math.pi * hz * at / 8_000)
    return bytes(ulaw(int(6_000 * (wave(low, at) + wave(high, at)) / 2)) for at in range(1_600))


def ulaw(sample):
    """Encodes one sample, G.711."""
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), 32_635) + 132
    exponent = magnitude.bit_length() - 8
    return ~(sign | exponent << 4 | magnitude >> exponent + 3 & 0x0F) & 0xFF


if __name__ == "__main__":
    run(main)
