"""Witnesses that lie, flood or dawdle: the log goes on, and learns nothing that is not signed."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
import pytest
from house import someone

from oversight.authority.rules import Post, Role
from oversight.configuration import use_settings
from oversight.errors import RuleBroken
from oversight.identity.commands import register_party
from oversight.keys.signing import SigningKey
from oversight.ledger.notes import COSIGNATURE_ED25519, MLDSA44, make_vkey
from oversight.policy.commands import adopt_policy
from oversight.publication.adopting import adopted_state
from oversight.publication.collecting import seen_by_witnesses

KEEPER = someone(Post.ADMINISTRATOR)
WITNESS = SigningKey(b"hostile".ljust(32))
PIECE = b"x" * 65_536


def flood(answer):
    """Send without an end."""
    answer.send_response(200)
    answer.end_headers()
    for _ in range(10_000):
        answer.wfile.write(PIECE)
        answer.server.sent += len(PIECE)


def dawdle(answer):
    """Send a byte now and then, each well within the time for one step."""
    answer.send_response(200)
    answer.end_headers()
    for _ in range(400):
        answer.wfile.write(b"x")
        answer.wfile.flush()
        time.sleep(0.05)


def send_elsewhere(answer):
    """Redirect to an address that is none."""
    answer.send_response(302)
    answer.send_header("Location", "http://[::1")
    answer.end_headers()


@contextmanager
def witness(behaviour):
    """Serve a witness that answers everything in one way; yield the server."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            with suppress(OSError):
                behaviour(self)

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.sent, server.daemon_threads = 0, True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def policy(house, vkey, url):
    log = make_vkey(house.settings.origin, house.ring.log.public)
    return f"log {log}\nwitness w {vkey} {url}\nquorum w\n"


async def name_witness(house, server):
    """Put a policy on the log that names this server; be impatient with it."""
    vkey = make_vkey("w.example", WITNESS.public, COSIGNATURE_ED25519)
    url = f"http://127.0.0.1:{server.server_port}/"
    await adopt_policy(KEEPER, policy(house, vkey, url), house.occasion())
    await house.settle()
    use_settings(msgspec.structs.replace(house.settings, witness_timeout_seconds=0.2))


@pytest.mark.parametrize("behaviour", [flood, dawdle, send_elsewhere])
async def test_no_answer_of_a_witness_keeps_the_service_from_starting(house, behaviour):
    with witness(behaviour) as server:
        await name_witness(house, server)
        before = time.monotonic()
        await seen_by_witnesses()
        assert time.monotonic() - before < 5
        assert server.sent < 50_000_000, "what floods was read to its end"
        await register_party(KEEPER, Role.FIRM, "firm", occasion=house.occasion())


@pytest.mark.parametrize("behaviour", [flood, dawdle, send_elsewhere])
async def test_a_witness_that_gives_no_answer_is_silent_to_whoever_takes_over(house, behaviour):
    with witness(behaviour) as server:
        await name_witness(house, server)
        with pytest.raises(RuleBroken) as refused:
            await adopted_state()
        assert refused.value.rule.code == "signer.witnesses_asked"


@pytest.mark.parametrize(
    "url",
    ["http://[::1", "http://w.invalid:99999", "http://w.invalid/?q", "http://me:pw@w.invalid"],
)
async def test_an_address_that_nobody_can_ask_is_refused(house, url):
    vkey = make_vkey("w.example", WITNESS.public, COSIGNATURE_ED25519)
    with pytest.raises(RuleBroken) as refused:
        await adopt_policy(KEEPER, policy(house, vkey, url), house.occasion())
    assert refused.value.rule.code == "policy.of_this_log"


async def test_the_log_is_not_its_own_witness(house):
    """Its ML-DSA-44 key is of a cosigner's type; a note that names it twice opens for nobody."""
    vkey = make_vkey(house.settings.origin, house.ring.log_mldsa[0].public, MLDSA44)
    with pytest.raises(RuleBroken) as refused:
        await adopt_policy(KEEPER, policy(house, vkey, "http://w.invalid"), house.occasion())
    assert refused.value.found == {"witness": "w"}
