"""Plivo's own package for audio streams as the program at the other end of the socket: it answers practice callees."""

import asyncio
import math
import sys

import websockets.asyncio.server as websocket_server
from plivo import plivoxml as xml
from plivo.utils.signature_v3 import validate_v3_signature
from plivo_peer import Plivo, WebhookApp
from plivo_stream.websockets import PlivoWebsocketStreamingHandler
from sandbox import PATIENCE, PRESSES_KEYS, SHOP, SILENT_LINE, check, require, run, running


class Peer:
    """One stream, kept by the package's handler."""

    def __init__(self, socket):
        self.handler = PlivoWebsocketStreamingHandler()
        self.path, self.headers = socket.request.path, socket.request.headers
        self.starts, self.media, self.keys, self.played, self.cleared, self.errors = [], [], [], [], [], []
        self.news = asyncio.Condition()
        self.is_over = False
        for register, kept in (
            (self.handler.on_start, self.starts),
            (self.handler.on_media, self.media),
            (self.handler.on_dtmf, self.keys),
            (self.handler.on_played_stream, self.played),
            (self.handler.on_cleared_audio, self.cleared),
            (self.handler.on_error, self.errors),
        ):
            register(self.keep_in(kept))

        @self.handler.on_disconnected
        async def over():
            self.is_over = True
            async with self.news:
                self.news.notify_all()

    def keep_in(self, kept):
        async def keep(event):
            kept.append(event)
            async with self.news:
                self.news.notify_all()

        return keep

    async def until(self, wanted):
        async with self.news:
            await asyncio.wait_for(self.news.wait_for(lambda: wanted(self)), PATIENCE)


class Server:
    """Takes the network's sockets."""

    def __init__(self, network, app):
        self.network, self.app, self.peers = network, app, asyncio.Queue()

    async def serve(self, socket):
        peer = Peer(socket)
        await self.peers.put(peer)
        await peer.handler.handle(socket)

    async def open(self, to, kind="audio/x-mulaw;rate=8000", after=(), headers=None):
        """Calls somebody whose document connects to us, and returns the stream and the call."""
        stream = xml.StreamElement(
            f"ws://127.0.0.1:{self.port}/media?task=42",
            bidirectional=True,
            keepCallAlive=True,
            contentType=kind,
            extraHeaders=headers,
            statusCallbackUrl=self.app.origin + "/stream",
        )
        response = xml.ResponseElement().add(stream)
        for verb in after:
            response.add(verb)
        self.app.serve("/answer", response)
        uuid = await asyncio.to_thread(self.network.call, to, self.app)
        peer = await asyncio.wait_for(self.peers.get(), PATIENCE)
        await peer.until(lambda peer: peer.starts)
        return peer, uuid


def main():
    with running(sys.argv) as sandbox:
        network = Plivo(sandbox)
        app = WebhookApp(network.auth_token)
        asyncio.run(streams(network, app))
        unsigned, _ = app.unsigned()
        check("all requests about streams are signed", not unsigned, unsigned[:2])
        app.close()


async def streams(network, app):
    server = Server(network, app)
    async with websocket_server.serve(server.serve, "127.0.0.1", 0) as listening:
        server.port = listening.sockets[0].getsockname()[1]
        await conversation(network, app, server)
        await wide(network, app, server)
        await keys(network, app, server)


async def conversation(network, app, server):
    peer, uuid = await server.open(SILENT_LINE, headers="token=abc", after=[xml.RedirectElement(app.origin + "/after")])
    app.serve("/after", xml.ResponseElement().add(xml.HangupElement()))
    header = lambda name: peer.headers.get(f"X-Plivo-Signature-{name}", "")
    url = f"http://127.0.0.1:{server.port}{peer.path}"
    signed = [validate_v3_signature("GET", url, header("V3-Nonce"), network.auth_token, header(name)) for name in ("V3", "Ma-V3")]
    check("the handshake is signed, as a GET of the http address", signed == [True, True] and peer.path == "/media?task=42", peer.path)
    start = peer.starts[0].start
    facts = (start.call_id, start.account_id, start.tracks, start.media_format.encoding, start.media_format.sample_rate)
    check("the start names call, account and form", facts == (uuid, network.auth_id, ["inbound"], "audio/x-mulaw", 8_000), facts)
    check("and brings our headers along", "token=abc" in (peer.starts[0].extra_headers or ""), peer.starts[0].extra_headers)
    await peer.until(lambda peer: len(peer.media) >= 50)
    check("media are frames of 20 ms, also of silence", all(len(event.get_raw_media()) == 160 for event in peer.media))
    check("their chunks count from one", [event.media.chunk for event in peer.media] == list(range(1, len(peer.media) + 1)))
    numbers = [event.sequence_number for event in peer.starts + peer.media]
    check("all is numbered", numbers == list(range(1, len(numbers) + 1)), numbers[:5])

    said_at = len(peer.media)
    await say(peer, 1_000)
    await peer.handler.send_checkpoint("one second")
    await say(peer, 500)
    await peer.handler.send_checkpoint("half a second more")
    await peer.until(lambda peer: len(peer.played) == 2)
    check("checkpoints come back in order", [event.name for event in peer.played] == ["one second", "half a second more"])
    frames = len(peer.media) - said_at
    check("not before what is ahead of them was played", frames * 20 >= 1_460, frames)
    await say(peer, 20_000)
    await peer.handler.send_checkpoint("never")
    await peer.until(lambda peer: len(peer.media) >= said_at + frames + 25)
    await peer.handler.send_clear_audio()
    await peer.until(lambda peer: peer.cleared)
    await say(peer, 200)
    await peer.handler.send_checkpoint("after")
    await peer.until(lambda peer: peer.played[-1].name == "after")
    check("a clear drops what is queued, and its checkpoint", [event.name for event in peer.played][2:] == ["after"])
    played = await asyncio.to_thread(network.sandbox.truth, uuid)
    check("the rest was never played", 1.6 <= played["samples_played"] / 8_000 < 15, played["samples_played"])
    await peer.handler.stop()
    form = await asyncio.to_thread(app.wait_for, "/after", CallUUID=uuid)
    check("when the program closes, the document goes on", form["CallStatus"] == "in-progress", form)
    await asyncio.to_thread(app.wait_for, "/stream", Event="StopStream")
    check("the package found nothing amiss", peer.errors == [], peer.errors)


async def wide(network, app, server):
    """Says to the shop what it has said itself, in 16 kHz, once it has finished."""
    peer, uuid = await server.open(SHOP, kind="audio/x-l16;rate=16000")
    loud = lambda events: sum(max(map(abs, memoryview(event.get_raw_media()).cast("h"))) > 500 for event in events)
    await peer.until(lambda peer: loud(peer.media) >= 50)
    await peer.until(lambda peer: loud(peer.media[-50:]) == 0)
    words = b"".join(event.get_raw_media() for event in peer.media)
    check("linear frames are 640 bytes", len(words) == 640 * len(peer.media), len(words))
    for at in range(0, len(words), 6_400):
        await peer.handler.send_media(words[at : at + 6_400], "audio/x-l16", 16_000)
    truth = await asyncio.to_thread(network.truth_until, uuid, lambda truth: truth["callee_heard"])
    check("the shop understands its own words when they come back", "help" in truth["callee_heard"][0].lower(), truth["callee_heard"])
    await asyncio.to_thread(network.client.calls.hangup, uuid)
    await peer.until(lambda peer: peer.is_over)
    require(peer.errors == [], f"the package found something amiss: {peer.errors}")
    server.words = words


async def keys(network, app, server):
    peer, uuid = await server.open(PRESSES_KEYS, kind="audio/x-l16;rate=16000")
    for at in range(0, len(server.words), 6_400):
        await peer.handler.send_media(server.words[at : at + 6_400], "audio/x-l16", 16_000)
    await peer.until(lambda peer: len(peer.keys) == 3)
    check("keys of the callee come as events", [event.dtmf.digit for event in peer.keys] == ["4", "2", "#"])
    await asyncio.to_thread(network.client.calls.hangup, uuid)
    await peer.until(lambda peer: peer.is_over)


async def say(peer, milliseconds):
    """A tone, in messages of 200 ms."""
    samples = bytes(ulaw(int(6_000 * math.sin(2 * math.pi * 300 * at / 8_000))) for at in range(milliseconds * 8))
    for at in range(0, len(samples), 1_600):
        await peer.handler.send_media(samples[at : at + 1_600])


def ulaw(sample):
    """Encodes one sample, G.711."""
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), 32_635) + 132
    exponent = magnitude.bit_length() - 8
    return ~(sign | exponent << 4 | magnitude >> exponent + 3 & 0x0F) & 0xFF


if __name__ == "__main__":
    run(main)
