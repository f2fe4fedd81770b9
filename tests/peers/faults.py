"""What the carrier's own Python package sees of a network that misbehaves, as the command line asks."""

import json
import sys
import urllib.request

from sandbox import SHOP, check, refused, run, running

STAY = "<Response><Pause length='60'/></Response>"


def main():
    with running(sys.argv, "--cps", "0.5", "--fault", "create=503") as sandbox:
        check("a create is refused as asked", refused(lambda: sandbox.create(SHOP, twiml=STAY)) == (503, 20503))
        check("and nothing rings", sandbox.client.calls.list() == [])
        rule(sandbox, "DELETE")
        first, second = sandbox.create("+12125550110", twiml=STAY), sandbox.create("+12125550110", twiml=STAY)
        check("without the fault calls go out one by one", first.queue_time == "0" and 0 < int(second.queue_time) <= 2_000, second.queue_time)
        sandbox.client.calls(second.sid).update(status="canceled")
        canceled = sandbox.fetch_until(second.sid, lambda call: call.status != "queued")
        check("one that waits can be called back", canceled.status == "canceled" and canceled.start_time is None, canceled.status)
        rule(sandbox, "POST", {"faults": ["rest=429"], "times": 1})
        check("a request is refused once", refused(sandbox.client.calls.list) == (429, 20429))
        check("and answered then", len(sandbox.client.calls.list()) == 2)
    with running(sys.argv, "--requests-per-second", "3") as sandbox:
        found = [refused(sandbox.client.calls.list) for _ in range(30)]
        check("too many requests in a second are refused", (429, 20429) in found and None in found, found)


def rule(sandbox, method, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{sandbox.base_url}/sandbox/faults", data, method=method)) as reply:
        return reply.read()


if __name__ == "__main__":
    run(main)
