"""The practice network as another program meets it: started as a process, known by its first line, ended by its pid.

Also what all scripts here share: one printed line a check, the first failure ends the script.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request

from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

# Longer than anything here takes on a busy machine. Nothing is measured against it: it only ends a script that hangs.
PATIENCE = 90

SHOP = "+12125550123"
SILENT_LINE = "+12125550121"
VOICEMAIL = "+12125550114"
MENU = "+12125550116"
PRESSES_KEYS = "+12125550190"

# A callee of our own, as any user may write one: answers with keys instead of words.
KEY_PRESSER = """
number: "+12125550190"
name: Key presser
description: Answers whatever is said with the keys four, two and hash.
line: { ring_after_ms: 100, answer_after_ms: 100 }
scenes:
  home:
    person:
      knows:
        - { topic: anything, when: ["press|enter|number", "help|shop"], presses: "42#", say: ["There you are."] }
"""


class Failed(Exception):
    """Something is not as it must be."""


class Sandbox:
    """A running `puppetmaster sandbox`."""

    def __init__(self, process):
        self.process = process
        line = process.stdout.readline()
        require(line.startswith("{"), f"the first line is no JSON: {line!r}")
        self.credentials = json.loads(line)
        account = self.credentials["twilio"]
        self.base_url = account["base_url"]
        self.account_sid = account["account_sid"]
        self.auth_token = account["auth_token"]
        self.from_number = account["from_number"]
        self.test_account_sid = account["test_account_sid"]
        self.test_auth_token = account["test_auth_token"]
        self.client = self.client_with(self.auth_token)

    def client_with(self, token):
        return self.at_us(Client(self.account_sid, token))

    def test_client(self):
        return self.at_us(Client(self.test_account_sid, self.test_auth_token))

    def client_of_key(self, key_sid, secret):
        return self.at_us(Client(key_sid, secret, self.account_sid))

    def at_us(self, client):
        """Points all products of a client here."""
        for product in (client.api, client.pricing, client.voice, client.monitor):
            product.base_url = self.base_url
        return client

    def create(self, to, **parameters):
        return self.client.calls.create(to=to, from_=self.from_number, **parameters)

    def truth(self, call_sid):
        """What truly happened on the network."""
        with urllib.request.urlopen(f"{self.base_url}/sandbox/log", timeout=PATIENCE) as reply:
            calls = json.load(reply)["calls"]
        return next(call for call in calls if call["call_sid"] == call_sid)

    def hear_until(self, call_sid, heard):
        """Asks what truly happened until it fits; each question is a round trip."""
        end = time.monotonic() + PATIENCE
        while not heard(self.truth(call_sid)):
            require(time.monotonic() < end, "what should be heard is not")

    def fetch_until(self, call_sid, done):
        """Fetches a call until it is as wanted; each look is a round trip."""
        for _ in range(100_000):
            call = self.client.calls(call_sid).fetch()
            if done(call):
                return call
        raise Failed("a call never came to be as wanted")


@contextlib.contextmanager
def running(arguments, *flags):
    """Starts the sandbox of the binary that the command line names, and ends it by its own pid."""
    binary, folder = arguments[1], arguments[2]
    scripts = f"{folder}/callees"
    os.makedirs(scripts, exist_ok=True)
    with open(f"{scripts}/key-presser.yaml", "w", encoding="utf-8") as file:
        file.write(KEY_PRESSER)
    command = [binary, "--set", f"sandbox.scenarios_dir={scripts}", "sandbox", "--listen", "127.0.0.1:0", "--json", *flags]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder)
    # A script that is told to end ends what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        yield Sandbox(process)
    finally:
        if process.poll() is None:
            process.terminate()
        _, log = process.communicate(timeout=PATIENCE)
        if log.strip():
            print(log, file=sys.stderr)


def check(name, holds, shown=None):
    """Prints a line for a check; the first that fails ends the script."""
    print(("ok      " if holds else "FAILED  ") + name, flush=True)
    if not holds:
        raise Failed(f"{name}: {shown!r}")


def require(holds, why):
    if not holds:
        raise Failed(why)


def run(main):
    """Runs a script to its end, or to its first failure."""
    try:
        main()
    except Failed as failure:
        sys.exit(str(failure))


def refused(act):
    """Returns HTTP status and code of what the API refuses, None if it does not."""
    try:
        act()
    except TwilioRestException as error:
        return error.status, error.code
    except TwilioException as error:
        # A list that is refused carries the reply itself.
        reply = error.args[1]
        return reply.status_code, json.loads(reply.text)["code"]
    return None
