"""The practice network as Plivo's own Python package meets it, and a small program of the kind that Plivo calls."""

import threading
import time
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import plivo
import plivo.rest.client
from plivo.exceptions import PlivoRestError
from plivo.utils import validate_signature
from plivo.utils.signature_v3 import validate_v3_signature
from sandbox import PATIENCE, require


class Plivo:
    """Plivo's side of a running practice network."""

    def __init__(self, sandbox):
        account = sandbox.credentials["plivo"]
        self.sandbox = sandbox
        self.base_url, self.auth_id, self.auth_token = account["base_url"], account["auth_id"], account["auth_token"]
        self.ours = account["from_number"].lstrip("+")
        # The package has no setting for it: these are its module's own.
        for name in ("PLIVO_API_BASE_URI", "API_VOICE_BASE_URI", "API_VOICE_BASE_URI_FALLBACK_1", "API_VOICE_BASE_URI_FALLBACK_2"):
            setattr(plivo.rest.client, name, f"{self.base_url}/v1/Account")
        self.client = plivo.RestClient(self.auth_id, self.auth_token)
        # Five seconds are the package's own, and a busy machine's are longer.
        self.client.timeout = PATIENCE

    def with_token(self, token):
        client = plivo.RestClient(self.auth_id, token)
        client.timeout = PATIENCE
        return client

    def call(self, to, app, path="/answer", **more):
        """Places a call whose addresses are all the program's, and returns its UUID."""
        told = {"answer_url": app.origin + path, "hangup_url": app.origin + "/hangup"}
        return self.client.calls.create(from_=self.ours, to_=to.lstrip("+"), **{**told, **more}).request_uuid

    def until(self, look, done):
        """Looks until what is seen is as wanted; what is not there yet is looked for again. Each look is a round trip."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                seen = look()
            except plivo.exceptions.ResourceNotFoundError:
                continue
            if done(seen):
                return seen
        require(False, "something never came to be as wanted")

    def truth_until(self, uuid, done):
        return self.until(lambda: self.sandbox.truth(uuid), done)

    def control(self, path, body):
        """Asks the practice network itself, and returns status and text."""
        request = urllib.request.Request(self.base_url + path, data=body.encode(), headers={"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
            return reply.status, reply.read().decode()


def refused(act):
    """Returns the name of the package's exception and its sentence; None if nothing is refused."""
    try:
        act()
    except PlivoRestError as error:
        return type(error).__name__, str(error)
    return None


class Seen:
    """One request of Plivo."""

    def __init__(self, method, path, parameters, signed):
        self.method, self.path, self.parameters, self.signed = method, path, parameters, signed

    def __repr__(self):
        return f"{self.method} {self.path} {self.signed} {self.parameters}"


class WebhookApp:
    """Serves documents, keeps every request in the order of its coming, has the package check each signature."""

    def __init__(self, auth_token):
        app = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                app.take(self, "GET", {})

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
                app.take(self, "POST", dict(urllib.parse.parse_qsl(body, keep_blank_values=True)))

            def log_message(self, *_):
                pass

        self.auth_token = auth_token
        self.documents = {}
        self.seen = []
        self.news = threading.Condition()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def serve(self, path, body):
        """Serves a document at a path and returns its address."""
        self.documents[path] = body.to_string() if hasattr(body, "to_string") else body
        return self.origin + path

    def take(self, handler, method, form):
        url = self.origin + handler.path
        path, _, query = handler.path.partition("?")
        header = lambda name: handler.headers.get(f"x-plivo-signature-{name}", "")
        check = lambda name, at=url, **more: validate_v3_signature(
            method, at, header("v3-nonce"), self.auth_token, header(name), {**form, **more}
        )
        another = url + ("&" if "?" in url else "?") + "zz=1"
        # What the package accepts, each header by itself; and that it refuses the same headers for another webhook.
        signed = {
            "v3": check("v3"),
            "ma-v3": check("ma-v3"),
            "v2": validate_signature(url, header("v2-nonce"), header("v2"), self.auth_token),
            "ma-v2": validate_signature(url, header("v2-nonce"), header("ma-v2"), self.auth_token),
            "forged": not check("v3", another) and (method == "GET" or not check("v3", CallUUID="another")),
        }
        parameters = {**dict(urllib.parse.parse_qsl(query, keep_blank_values=True)), **form}
        with self.news:
            self.seen.append(Seen(method, path, parameters, signed))
            self.news.notify_all()
        body = self.documents.get(path)
        handler.send_response(204 if body is None else 200)
        if body is not None:
            body = body.encode()
            handler.send_header("content-type", "application/xml")
            handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        if body is not None:
            handler.wfile.write(body)

    def wait_for(self, path, **wanted):
        """Waits for a request to a path with these parameters, and returns the parameters of the first."""
        fits = lambda seen: seen.path == path and all(seen.parameters.get(key) == value for key, value in wanted.items())
        with self.news:
            came = self.news.wait_for(lambda: next((seen for seen in self.seen if fits(seen)), None), PATIENCE)
        require(came, f"nothing came to {path} with {wanted}; came: {[(seen.path, seen.parameters.get('Event')) for seen in self.seen]}")
        return came.parameters

    def unsigned(self):
        """Returns what the package would not have accepted, and how many requests there were."""
        with self.news:
            return [seen for seen in self.seen if not all(seen.signed.values())], len(self.seen)

    def close(self):
        self.server.shutdown()
