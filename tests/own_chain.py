"""A chain of public randomness that tests run themselves, and relays that hand its rounds out.

The scheme is quicknet's; the secret key is known here, so that rounds of a future can be had.
"""

from __future__ import annotations

import hashlib
import json
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from py_arkworks_bls12381 import G1Point, G2Point, Scalar

from oversight.beacon.rules import SCHEME, Chain

SECRET = Scalar.from_be_bytes_mod_order(hashlib.sha256(b"a chain of tests").digest())
DOMAIN = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"
GENESIS, PERIOD = 1_772_400_000, 3  # before a house's first morning

CHAIN = Chain(
    hash=hashlib.sha256(b"the hash of a chain of tests").hexdigest(),
    public_key=bytes((G2Point() * SECRET).to_compressed_bytes()).hex(),
    scheme=SCHEME,
    period=PERIOD,
    genesis=GENESIS,
)


def signed(number):
    """Return the chain's signature of a round."""
    message = hashlib.sha256(number.to_bytes(8, "big")).digest()
    return bytes((G1Point.hash_to_curve(message, DOMAIN) * SECRET).to_compressed_bytes())


def relayed(number, signature=None, **changes):
    """Return what a relay answers."""
    signature = signature or signed(number)
    randomness = hashlib.sha256(signature).hexdigest()
    said = {"round": number, "randomness": randomness, "signature": signature.hex()}
    return json.dumps(said | changes).encode()


def chains_file(directory):
    """Write the file that pins the chain; return its path."""
    lines = ["[[chain]]"]
    for name in ("hash", "public_key", "scheme"):
        lines.append(f'{name} = "{getattr(CHAIN, name)}"')
    lines += [f"period = {CHAIN.period}", f"genesis = {CHAIN.genesis}"]
    file = directory / "chains.toml"
    file.write_text("\n".join(lines) + "\n")
    return str(file)


@contextmanager
def relay(answer=None):
    """Serve a relay; yield it with its address in `url` and the paths it was asked for in `asked`.

    `answer` makes (status, content) of a path; by default every round is handed out.
    """

    class Door(BaseHTTPRequestHandler):
        def do_GET(self):
            server.asked.append(self.path)
            status, content = (answer or _true)(self.path)
            self.send_response(status)
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(content)

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.asked, server.daemon_threads = [], True
    server.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def _true(path):
    return 200, relayed(int(path.rpartition("/")[2]))
