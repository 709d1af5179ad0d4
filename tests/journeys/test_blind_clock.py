"""A running service keeps the fixed clock, and opens the pads to the auditor when all is over."""

from __future__ import annotations

import asyncio
import time
from contextlib import chdir
from hashlib import sha256
from pathlib import Path

from api_spec.app import open_instance
from oversight.act import begin
from oversight.ambient import utc_now
from oversight.authority.rules import Permission, Post
from oversight.blind.commands import close_uncounted, open_uncounted, receive
from oversight.configuration import load
from oversight.database import writing
from oversight.identity.queries import actor_of_token
from oversight.ledger.facts import read_entry
from oversight.values.digests import unbase64
from oversight.values.instants import from_micro_text

OPENING = Permission("test.bids.open", frozenset({Post.ADMINISTRATOR}), None, "开", "Open")
RECEIPT = sha256(b"a receipt").digest()


def inside(service, deed):
    """Do something in the database of an instance that is not running."""

    async def done():
        async with open_instance(load(Path("daylight.toml"), {}, {})):
            actor = await actor_of_token(service.token, utc_now())
            return await deed(actor)

    with chdir(service.directory):
        return asyncio.run(done())


async def opened(actor):
    async with begin(actor, OPENING) as act:
        return await open_uncounted(act, "a lot")


async def arrived(_):
    async with writing():
        await receive(RECEIPT, utc_now())


def blinds(service):
    items = service.request("GET", "/v1/ledger/entries?limit=1000").json()["items"]
    told = [(one["index"], read_entry(unbase64(one["leaf"]))) for one in items]
    return [(index, entry) for index, entry in told if entry.kind == "oversight.ledger.blind"]


def waited(service, count):
    for _ in range(200):
        if len(found := blinds(service)) >= count:
            return found
        time.sleep(0.1)
    raise AssertionError(service.said())


def test_each_interval_has_one_blind_entry_while_something_is_open(own_service):
    service = own_service
    ident = inside(service, opened)
    inside(service, arrived)
    service.start("--blind-seconds", "1")
    found = waited(service, 4)
    seconds = [int(from_micro_text(entry.at).timestamp()) for _, entry in found]
    assert seconds == list(range(seconds[0], seconds[0] + len(found)))

    path = f"/v1/ledger/blinds/{found[0][0]}/pads"
    _, auditor = service.enter(service.party("audit_office"), "auditor")
    assert service.request("GET", path, token=service.token).status_code == 403
    early = service.request("GET", path, token=auditor)
    assert (early.status_code, early.json()["code"]) == (409, "blind.pads_opened_later")
    service.stop()

    async def closed(actor):
        async with begin(actor, OPENING) as act:
            await close_uncounted(act, ident)

    inside(service, closed)
    service.start("--blind-seconds", "1")
    view = service.answer("blind", "pads", found[0][0], token=auditor)
    assert len(view["pads"]) == 255
    (kept,) = set(range(256)) - {one["position"] for one in view["pads"]}
    assert view["leaves"][kept] == RECEIPT.hex()
    before = len(blinds(service))
    time.sleep(1.5)
    assert len(blinds(service)) == before
