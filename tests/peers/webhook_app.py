"""A small program of the kind that the carrier calls, on nothing but Python's own HTTP server.

Serves the documents it is given, keeps every request in the order of its coming, and has the carrier's own package check
each signature.
"""

import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from sandbox import PATIENCE, require
from twilio.request_validator import RequestValidator


class Seen:
    """One request."""

    def __init__(self, method, path, parameters, is_signed, headers):
        self.method, self.path, self.parameters, self.is_signed, self.headers = method, path, parameters, is_signed, headers

    def __repr__(self):
        return f"{self.method} {self.path} {'signed' if self.is_signed else 'NOT SIGNED'} {self.parameters}"


class WebhookApp:
    """Runs from its making to `close`."""

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

        self.validator = RequestValidator(auth_token)
        self.documents = {}
        self.seen = []
        self.news = threading.Condition()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def serve(self, path, body, kind="text/xml", status=200):
        """Serves something at a path and returns its address."""
        self.documents[path] = (status, kind, body if isinstance(body, bytes) else str(body).encode())
        return self.origin + path

    def take(self, handler, method, form):
        url = self.origin + handler.path
        path, _, query = handler.path.partition("?")
        signature = handler.headers.get("x-twilio-signature", "")
        is_signed = self.validator.validate(url, form, signature)
        forged = self.validator.validate(url, {**form, "CallSid": "CA" + "f" * 32}, signature)
        parameters = {**dict(urllib.parse.parse_qsl(query, keep_blank_values=True)), **form}
        seen = Seen(method, path, parameters, is_signed and not forged, dict(handler.headers))
        with self.news:
            self.seen.append(seen)
            self.news.notify_all()
        status, kind, body = self.documents.get(path, (204, "text/plain", b""))
        handler.send_response(status)
        if status != 204:
            handler.send_header("content-type", kind)
            handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        if status != 204:
            handler.wfile.write(body)

    def wait_for(self, wanted):
        """Returns the first request that is as wanted, waiting for it."""
        found = []

        def is_there():
            found[:] = [seen for seen in self.seen if wanted(seen)][:1]
            return found

        with self.news:
            require(self.news.wait_for(is_there, timeout=PATIENCE), f"it never came; what came: {[f'{seen.method} {seen.path}' for seen in self.seen]}")
        return found[0]

    def wait_for_end(self, call_sid):
        """Returns the news of a call's end."""
        ends = ("completed", "busy", "failed", "no-answer", "canceled")
        return self.wait_for(
            lambda seen: seen.path == "/status" and seen.parameters["CallSid"] == call_sid and seen.parameters["CallStatus"] in ends
        )

    def states(self, call_sid):
        """Returns the news of a call in the order of their coming."""
        return [seen for seen in self.seen if seen.path == "/status" and seen.parameters["CallSid"] == call_sid]

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
