"""The audit of checkpoints and cosignatures: who signed what, and whether it was enough."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from behind_the_back import Intruder
from house import someone

from api_spec import assembly
from oversight.audit.engine import audit
from oversight.authority.rules import Post, Role
from oversight.database import run
from oversight.identity.commands import register_party
from oversight.keys.signing import SigningKey
from oversight.ledger.checkpoint import Checkpoint
from oversight.ledger.cosignatures import cosign_ed25519
from oversight.ledger.notes import COSIGNATURE_ED25519, VerifierKey, make_vkey
from oversight.ledger.queries import newest_checkpoint
from oversight.policy.commands import adopt_policy
from oversight.policy.queries import policy_history
from oversight.publication.collecting import store_cosignature
from oversight.publication.directory import write_file
from oversight.publication.signing import tell_checkpoint

KEEPER = someone(Post.ADMINISTRATOR)
SIGNERS = {name: SigningKey(name.encode().ljust(32)) for name in ("audit", "finance", "press")}
KEYS = {
    name: VerifierKey(f"{name}.example", COSIGNATURE_ED25519, signer.public)
    for name, signer in SIGNERS.items()
}


def policy(house, *names):
    """Return a policy by which all of these cosign."""
    lines = [f"log {make_vkey(house.settings.origin, house.ring.log.public)}"]
    for name in names:
        key = make_vkey(KEYS[name].name, KEYS[name].public, COSIGNATURE_ED25519)
        lines.append(f"witness {name} {key} http://{name}.invalid")
    lines += [f"group all-of-us all {' '.join(names)}", "quorum all-of-us"]
    return "\n".join(lines if names else [lines[0], "quorum none"]) + "\n"


async def cosign(house, *names):
    point = await newest_checkpoint()
    text = Checkpoint(house.settings.origin, point.size, point.root).text()
    for name in names:
        line = cosign_ed25519(text, KEYS[name].name, SIGNERS[name], int(house.now.timestamp()))
        await store_cosignature(point, KEYS[name], line)


async def happen(house):
    await register_party(KEEPER, Role.FIRM, "firm", occasion=house.occasion())
    await house.settle()


@pytest.fixture
async def witnessed(house):
    """A log with two witnesses, both of whom cosigned the newest checkpoint."""
    await adopt_policy(KEEPER, policy(house, "audit", "finance"), house.occasion())
    await house.settle()
    await happen(house)
    await cosign(house, "audit", "finance")
    return house


async def examined(house):
    return await audit(
        assembly.COVERAGE,
        assembly.REPLAYS,
        house.directory / "audit",
        silent=assembly.LEAVES_NO_ROW,
        concealed=assembly.CONCEALED,
    )


async def test_a_log_whose_checkpoints_reach_their_quorum_is_clean(witnessed):
    report = await examined(witnessed)
    assert (report.differences, report.notices, report.status) == ([], [], 0)


async def test_a_checkpoint_below_the_quorum_is_told_and_is_no_difference(witnessed):
    await happen(witnessed)
    await cosign(witnessed, "audit")
    report = await examined(witnessed)
    assert report.notices == ["1 checkpoints have not reached the quorum of their policy"]
    assert report.status == 0


async def test_a_weaker_policy_is_an_alert_from_its_entry_on(witnessed):
    await adopt_policy(KEEPER, policy(witnessed, "audit"), witnessed.occasion())
    await witnessed.settle()
    await cosign(witnessed, "audit", "finance")
    (waiting,) = (await examined(witnessed)).notices
    assert waiting.startswith("ALERT")
    assert waiting.endswith("is weaker than that of entry 0, which judges, and waits for a day")
    witnessed.pass_time(hours=25)
    await happen(witnessed)
    await cosign(witnessed, "audit", "finance")
    (begun,) = (await examined(witnessed)).notices
    assert begun.endswith("is weaker than that of entry 0, which judged before it")


async def test_a_policy_is_measured_against_the_one_that_judges_not_the_one_adopted_before(
    witnessed,
):
    """An emptied policy waits for a day; behind it the quorum of one looks like more."""
    for names in ((), ("audit",)):
        await adopt_policy(KEEPER, policy(witnessed, *names), witnessed.occasion())
    await witnessed.settle()
    await cosign(witnessed, "audit", "finance")
    found = (await examined(witnessed)).notices
    assert [notice.partition(":")[0] for notice in found] == ["ALERT entry 2", "ALERT entry 3"]
    assert all("entry 0, which judges, and waits" in notice for notice in found)
    witnessed.pass_time(hours=25)
    await happen(witnessed)
    await cosign(witnessed, "audit", "finance")
    overtaken, begun = (await examined(witnessed)).notices
    assert overtaken.endswith("overtaken and never counted")
    assert begun.endswith("entry 0, which judged before it")
    listed = [(one.index, one.weaker) for one in (await policy_history()).policies]
    assert listed == [(0, False), (2, True), (3, True)]


async def test_what_is_stronger_than_the_policy_that_judges_is_no_alert(witnessed):
    """Nobody confirmed the third witness; to let it go again makes nothing cheaper."""
    for names in (("audit", "finance", "press"), ("audit", "finance")):
        await adopt_policy(KEEPER, policy(witnessed, *names), witnessed.occasion())
    await witnessed.settle()
    await cosign(witnessed, "audit", "finance")
    assert (await examined(witnessed)).notices == []
    assert not any(one.weaker for one in (await policy_history()).policies)


TURNED = {
    "name": "UPDATE cosignature SET name = 'nobody.example' WHERE name = 'audit.example'",
    "key_id": "UPDATE cosignature SET key_id = '00000000' WHERE name = 'audit.example'",
    "at": "UPDATE cosignature SET at = at + 1 WHERE name = 'audit.example'",
    "size": "UPDATE cosignature SET size = size + 100 WHERE name = 'audit.example'",
    "line": "UPDATE cosignature SET line = (SELECT max(line) FROM cosignature)"
    " || 'x' WHERE name = 'audit.example'",
}


@pytest.mark.parametrize("column", TURNED)
async def test_a_changed_cosignature_is_named_by_its_column(witnessed, column):
    intruder = await Intruder(witnessed).enter(assembly.COVERAGE)
    await intruder._do(TURNED[column])
    await intruder.leave()
    found = {(one.table, one.column) for one in (await examined(witnessed)).differences}
    assert ("cosignature", column) in found


async def test_a_cosignature_by_somebody_whom_no_policy_names_is_named(witnessed):
    stranger = SigningKey(bytes(range(32)))
    key = VerifierKey("stranger.example", COSIGNATURE_ED25519, stranger.public)
    point = await newest_checkpoint()
    text = Checkpoint(witnessed.settings.origin, point.size, point.root).text()
    at = int((witnessed.now + timedelta(seconds=1)).timestamp())
    await store_cosignature(point, key, cosign_ed25519(text, key.name, stranger, at))
    (found,) = (await examined(witnessed)).differences
    assert (found.table, found.column) == ("cosignature", "line")
    assert "no policy" in found.what


async def test_a_checkpoint_with_a_line_by_nobody_of_this_log_is_named(witnessed):
    """A line whose key id was changed is skipped by every reader of notes, but not by the audit."""
    point = await newest_checkpoint()
    *lines, last = point.note.removesuffix("\n").split("\n")
    dash, name, signature = last.split(" ")
    note = "\n".join([*lines, f"{dash} {name} {'A' * 8}{signature[8:]}"]) + "\n"
    intruder = await Intruder(witnessed).enter(assembly.COVERAGE)
    await intruder._do(f"UPDATE checkpoint SET note = '{note}' WHERE size = {point.size}")
    await intruder.leave()
    (found,) = (await examined(witnessed)).differences
    assert (found.table, found.key, found.column) == ("checkpoint", (point.size,), "note")


async def meddle(house, *statements):
    """Change rows past the service; what is left says nothing of it."""
    intruder = await Intruder(house).enter(assembly.COVERAGE)
    for statement, *values in statements:
        marked = statement
        for number in range(1, len(values) + 1):
            marked = marked.replace("{}", intruder._mark(number), 1)
        await intruder._do(marked, *values)
    await intruder.leave()


async def test_the_newest_checkpoint_is_missed_because_it_is_published(house):
    await happen(house)
    point = await newest_checkpoint()
    await meddle(house, ("DELETE FROM checkpoint",))
    (found,) = (await examined(house)).differences
    assert (found.table, found.key, found.column) == ("checkpoint", (point.size,), "")


async def test_a_cosignature_is_missed_because_it_is_published(witnessed):
    await tell_checkpoint()
    point = await newest_checkpoint()
    await meddle(witnessed, ("DELETE FROM cosignature WHERE name = 'audit.example'",))
    (found,) = (await examined(witnessed)).differences
    place = (point.size, "audit.example", KEYS["audit"].id.hex())
    assert (found.table, found.key, found.column) == ("cosignature", place, "")


@pytest.mark.parametrize("gone", [("public",), ("signer",), ("public", "signer")])
async def test_a_log_that_is_set_back_as_a_whole_is_named(house, gone):
    """The last act's rows and entries, head and checkpoint are deleted together: either file that
    the host keeps beside its database knows better, and without both the audit says so."""
    await happen(house)
    (head,) = await run("SELECT size, edge, root FROM head")
    await happen(house)
    (act,) = [row["act"] for row in await run('SELECT act FROM entry WHERE "index" = 1')]
    await meddle(
        house,
        *((f"DELETE FROM {table} WHERE act = {{}}", act) for table in ("party", "payload")),
        *((f"DELETE FROM {table} WHERE act = {{}}", act) for table in ("entry", "act_key")),
        ("DELETE FROM checkpoint WHERE size > 1",),
        (
            "UPDATE head SET size = {}, edge = {}, root = {}",
            *(head["size"], bytes(head["edge"]), bytes(head["root"])),
        ),
    )
    told = await examined(house)
    assert {(one.table, one.column) for one in told.differences} >= {("head", "size")}
    kept = {"public": house.settings.public_dir, "signer": house.settings.signer_dir}
    for name in gone:
        shutil.rmtree(kept[name])
    told = await examined(house)
    if len(gone) == 1:
        assert ("head", "size") in {(one.table, one.column) for one in told.differences}
    else:
        assert told.differences == []
        assert "set back as a whole" in told.notices[-1]


async def test_a_public_checkpoint_that_is_not_the_logs_is_told_and_blamed_on_no_row(house):
    await happen(house)
    write_file(Path(house.settings.public_dir), "checkpoint", b"not a note\n")
    told = await examined(house)
    assert (told.differences, told.status) == ([], 3)
    assert "public checkpoint" in told.unchecked[0]
