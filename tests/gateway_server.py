"""A gateway on loopback: takes messages, verifies who sent them, and reports what it is told to."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import uuid
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

from oversight.ambient import utc_now


class Gateway:
    """What a gateway heard. Its key and signatures are its own code, from gateway.md alone."""

    def __init__(self, key: bytes) -> None:
        self.key, self.heard, self.refusals, self.messages = key, [], 0, {}
        self._news = threading.Condition()

    def sign(self, seconds, body):
        said = str(seconds).encode() + b"." + body
        return hmac.new(self.key, said, hashlib.sha256).hexdigest()

    def take(self, headers, body):
        """Return the status for a request."""
        with self._news:
            self.heard.append((dict(headers), body))
            right = self.sign(headers["Daylight-Timestamp"], body)
            if not hmac.compare_digest(right, headers["Daylight-Signature"]):
                self.refusals += 1
                return 401
            message = json.loads(body)
            first = len(self.heard) == 1
            if not first:  # the very first one fails: it has to be sent again
                assert headers["Idempotency-Key"] == message["id"]
                self.messages[message["id"]] = message
            self._news.notify_all()
            return 503 if first else 202

    def wait_for(self, count, seconds=30):
        """Return the messages, once there are so many."""
        with self._news:
            assert self._news.wait_for(lambda: len(self.messages) >= count, seconds), self.messages
            return list(self.messages.values())

    def report(self, url, message, event, key="", *, once=None, shared=None):
        """Tell the service what became of a message, or which key was pressed."""
        body = json.dumps({"message": message, "event": event, "key": key}).encode()
        seconds = int(utc_now().timestamp())
        signed = self.sign(seconds, body)
        if shared is not None:
            signed = hmac.new(shared, f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": once or str(uuid.uuid4()),
            "Daylight-Timestamp": str(seconds),
            "Daylight-Signature": signed,
        }
        return httpx.post(f"{url}/v1/gateway/reports", content=body, headers=headers, timeout=30)


@contextmanager
def gateway_running(key: bytes):
    """Yield (gateway, address) while it listens."""
    gateway = Gateway(key)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(gateway.take(self.headers, body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            """Write nothing: an address could stand in it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield gateway, f"http://127.0.0.1:{server.server_address[1]}/messages"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
