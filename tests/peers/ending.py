"""The end of the network: a wish to end with calls under way, what is in the way of its beginning, and nonsense on its port."""

import base64
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request

from sandbox import PATIENCE, SILENT_LINE, check, refused, run, running
from twilio.twiml.voice_response import VoiceResponse
from webhook_app import WebhookApp


def main():
    begins_not()
    for wish in (signal.SIGTERM, signal.SIGINT):
        ends(wish)
    withstands()


def begins_not():
    """What keeps it from beginning is said with a stable code and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for address, code in (
            (f"127.0.0.1:{port}", "sandbox.port_in_use"),
            ("0.0.0.0:0", "sandbox.not_loopback"),
            ("pizza", "sandbox.bad_address"),
            ("127.0.0.1", "sandbox.bad_address"),
            ("127.0.0.1:99999", "sandbox.bad_address"),
        ):
            command = [sys.argv[1], "sandbox", "--listen", address, "--json"]
            ended = subprocess.run(command, capture_output=True, text=True, cwd=sys.argv[2], timeout=PATIENCE)
            is_told = f"error[{code}]" in ended.stderr and "what to do: " in ended.stderr
            check(f"--listen {address.replace(str(port), 'PORT')} is {code}", (ended.returncode, ended.stdout, is_told) == (1, "", True), ended)


def ends(wish):
    """The wish to end hangs up what is under way, tells the programs, and leaves nothing."""
    with running(sys.argv) as sandbox:
        app = WebhookApp(sandbox.auth_token)
        try:
            response = VoiceResponse()
            response.pause(length=600)
            url = app.serve("/voice", response)
            calls = [sandbox.create(SILENT_LINE, url=url, status_callback=app.origin + "/status") for _ in range(5)]
            for call in calls:
                app.wait_for(lambda seen: seen.path == "/voice" and seen.parameters["CallSid"] == call.sid)
            os.kill(sandbox.process.pid, wish)
            _, log = sandbox.process.communicate(timeout=PATIENCE)
            check(f"{wish.name} ends it with 0 and without a word", (sandbox.process.returncode, log) == (0, ""), (sandbox.process.returncode, log))
            ended = {seen.parameters["CallSid"]: seen.parameters["CallStatus"] for seen in app.seen if seen.path == "/status"}
            check("the programs are told of the end of all five calls", ended == {call.sid: "completed" for call in calls}, ended)
            check("nobody listens there any more", is_gone(sandbox.base_url))
        finally:
            app.close()


def withstands():
    """Nonsense is answered or cut off, and a crowd is served; the network goes on."""
    with running(sys.argv) as sandbox:
        host, port = sandbox.base_url.removeprefix("http://").split(":")
        account = f"/2010-04-01/Accounts/{sandbox.account_sid}"
        for nonsense in (
            b"",
            b"\x00" * 4_096,
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(200),
            b"GET\r\n\r\n",
            b"POST " + account.encode() + b"/Calls.json HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551616\r\n\r\n",
            b"POST " + account.encode() + b"/Calls.json HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
            b"GET / HTTP/1.1\r\n" + b"".join(b"x-%d: y\r\n" % n for n in range(2_000)) + b"\r\n",
        ):
            with socket.create_connection((host, int(port)), timeout=PATIENCE) as raw:
                try:
                    raw.sendall(nonsense)
                    raw.shutdown(socket.SHUT_WR)
                    while raw.recv(65_536):
                        pass
                except OSError:
                    # Cut off in mid-sentence: that is an answer as well.
                    pass
        check("nonsense on its port leaves it alive", sandbox.client.calls.list(limit=1) == [])
        for path, body in (
            (account + "/Calls.json", b"\xff\xfe%zz&&&=&To=%"),
            (account + "/Calls.json", b"To=" + b"9" * 1_000_000),
            (account + "/Calls.json?PageToken=%00", None),
            (account + "/Calls.json?PageSize=99999999999999999999", None),
            (account + "/Calls/../../..%2f.json", None),
            (account + "/Recordings/RE%F0%28.wav", None),
            ("//", None),
        ):
            status = status_of(sandbox, path, body)
            check(f"nonsense in a request is refused or passed over: {path.removeprefix(account)}", 200 <= status < 500, status)

        silent = "<Response><Pause length='60'/></Response>"
        crowd, failures = [], []

        def place():
            try:
                crowd.append(sandbox.client_with(sandbox.auth_token).calls.create(to=SILENT_LINE, from_=sandbox.from_number, twiml=silent))
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=place) for _ in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        check("forty calls at once are taken", len(crowd) == 40, failures)
        for call in crowd:
            sandbox.fetch_until(call.sid, lambda call: call.status == "in-progress")
        check("and all are answered", len({call.sid for call in crowd}) == 40)
        check("one more is told apart from a wrong one", refused(lambda: sandbox.create("pizza", twiml=silent)) == (400, 21211))


def status_of(sandbox, path, body):
    token = base64.b64encode(f"{sandbox.account_sid}:{sandbox.auth_token}".encode()).decode()
    request = urllib.request.Request(sandbox.base_url + path, data=body, headers={"Authorization": f"Basic {token}"})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
            return reply.status
    except urllib.error.HTTPError as error:
        return error.code
    except urllib.error.URLError as error:
        # The server may answer and close before it has read a body that is too long for it.
        return 413 if isinstance(error.reason, (BrokenPipeError, ConnectionResetError)) else 0


def is_gone(base_url):
    try:
        urllib.request.urlopen(base_url, timeout=PATIENCE)
    except urllib.error.HTTPError:
        return False
    except OSError:
        return True
    return False


if __name__ == "__main__":
    run(main)
