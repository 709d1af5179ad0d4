"""The service's log before witnesses of every make: what they cosign comes into effect."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager, suppress

import pytest
from click.testing import CliRunner
from foreign_witness import ForeignWitness, environment
from house import someone
from shown_log import Program

from api_spec.cli import main
from oversight.authority.rules import Post, Role
from oversight.identity.commands import register_party
from oversight.ledger import effect
from oversight.ledger.notes import make_vkey, open_note, parse_vkey
from oversight.ledger.queries import newest_checkpoint
from oversight.policy.commands import adopt_policy
from oversight.publication.collecting import keep_asking

KEEPER = someone(Post.ADMINISTRATOR)
NAME = "witness.example.org/w1"


def daylight(*arguments):
    done = CliRunner().invoke(main, ["--json", *map(str, arguments)])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@asynccontextmanager
async def asking():
    """Let the service bring its checkpoints before the witnesses of its policy."""
    task = asyncio.create_task(keep_asking())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.fixture(params=["ed25519", "mldsa44", "mirror", "by others"])
def cosigner(request, sqlite_house, tmp_path):
    """A running cosigner of some make that knows the house's log: its address and a key of it."""
    origin, place = sqlite_house.settings.origin, tmp_path / "cosigner"
    vkey = make_vkey(origin, sqlite_house.ring.log.public)
    if request.param == "by others":
        bin_directory = environment(request.config.cache.mkdir("aics-witness"))
        theirs = ForeignWitness(bin_directory, place, NAME)
        theirs.run("add-log", "--origin", origin, "--vkey", vkey)
        yield theirs.serve().url, theirs.vkey
        theirs.stop()
        return
    kind = "mirror" if request.param == "mirror" else "witness"
    made = daylight(kind, "init", place, "--name", NAME)
    where = ["--from", sqlite_house.settings.public_dir] if kind == "mirror" else []
    daylight(kind, "add-log", place, origin, vkey, *where)
    with Program(kind, "serve", place, "--port", "0") as program:
        yield program.url, made["vkeys"][request.param == "mldsa44"]


async def test_entries_come_into_effect_when_a_witness_has_cosigned_them(sqlite_house, cosigner):
    house, (url, vkey) = sqlite_house, cosigner
    origin = house.settings.origin
    log = make_vkey(origin, house.ring.log.public)
    await register_party(KEEPER, Role.FIRM, "公司", occasion=house.occasion())
    text = f"log {log}\nwitness w {vkey} {url}\nquorum w\n"
    await adopt_policy(KEEPER, text, house.occasion())
    await house.settle()
    await register_party(KEEPER, Role.FIRM, "另一公司", occasion=house.occasion())
    await house.settle()
    assert await effect.effective_size() < 3  # under the new policy nobody has confirmed it
    async with asking():
        for _ in range(200):
            if await effect.effective_size() == 3:
                break
            await asyncio.sleep(0.1)
    point = await effect.newest_effective()
    assert point is not None
    assert point.size == 3 == (await newest_checkpoint()).size
    proof = (await effect.proof_of(2)).text()
    note = proof.partition("\n\n")[2]
    opened = open_note(note, [parse_vkey(log), parse_vkey(vkey)])
    assert [key for key, _ in opened.cosigned] == [parse_vkey(vkey)]
