"""Effect follows from cosignatures, judged by the policy on the log and by nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from house import someone

from oversight.authority.rules import Post, Role
from oversight.database import run, writing
from oversight.errors import ProofRejected, RuleBroken
from oversight.identity.commands import register_party
from oversight.keys.signing import SigningKey
from oversight.ledger import effect
from oversight.ledger.checkpoint import Checkpoint
from oversight.ledger.cosignatures import cosign_ed25519
from oversight.ledger.integrate import integrate
from oversight.ledger.notes import COSIGNATURE_ED25519, VerifierKey, make_vkey
from oversight.ledger.queries import head_size, newest_checkpoint
from oversight.ledger.schema import EntryState
from oversight.ledger.standing import standing_of
from oversight.ledger.terms import terms, use_terms
from oversight.policy.commands import adopt_policy
from oversight.policy.queries import policy_history
from oversight.publication.collecting import store_cosignature
from oversight.publication.signing import sign_checkpoint

KEEPER = someone(Post.ADMINISTRATOR)
SIGNERS = {name: SigningKey(name.encode().ljust(32)) for name in ("audit", "finance", "news")}
KEYS = {
    name: VerifierKey(f"{name}.example", COSIGNATURE_ED25519, signer.public)
    for name, signer in SIGNERS.items()
}
DAY = timedelta(days=1)


def policy(house, *names, least):
    log = make_vkey(house.settings.origin, house.ring.log.public)
    lines = [
        f"witness {name} {make_vkey(KEYS[name].name, KEYS[name].public, COSIGNATURE_ED25519)}"
        f" http://{name}.invalid"
        for name in names
    ]
    group = [f"group all-of-us {least} {' '.join(names)}", "quorum all-of-us"]
    return "\n".join([f"log {log}", *lines, *(group if names else ["quorum none"])]) + "\n"


async def adopt(house, *names, least=0):
    """Adopt a policy and sign for it; return the checkpoint."""
    await adopt_policy(KEEPER, policy(house, *names, least=least), house.occasion())
    return await house.settle()


async def cosign(house, *names, point=None, after=timedelta()):
    """Let witnesses cosign a checkpoint, the newest unless another is named."""
    point = point or await newest_checkpoint()
    text = Checkpoint(house.settings.origin, point.size, point.root).text()
    for name in names:
        seconds = int((house.now + after).timestamp())
        line = cosign_ed25519(text, KEYS[name].name, SIGNERS[name], seconds)
        await store_cosignature(point, KEYS[name], line)


async def act(house):
    """Do something and sign for it; return the act."""
    made = await register_party(KEEPER, Role.FIRM, "firm", occasion=house.occasion())
    await house.settle()
    return (await run("SELECT act FROM party WHERE id = {}", made.id))[0]["act"]


async def test_without_a_policy_the_logs_own_signature_puts_into_effect(house):
    made = await act(house)
    assert await effect.effective_size() == 1
    assert (await standing_of(made)).state is EntryState.IN_EFFECT
    assert (await policy_history()).unwitnessed


async def test_an_entry_is_recorded_then_covered_then_in_effect(house):
    await adopt(house, "audit", "finance", least=2)
    made = await register_party(KEEPER, Role.FIRM, "firm", occasion=house.occasion())
    made = (await run("SELECT act FROM party WHERE id = {}", made.id))[0]["act"]
    assert (await standing_of(made)).state is EntryState.RECORDED
    await house.settle()
    one = (await standing_of(made)).entries[0]
    assert (one.state, one.index) == (EntryState.COVERED, 1)
    await cosign(house, "audit")
    assert (await standing_of(made)).state is EntryState.COVERED
    await cosign(house, "finance")
    assert (await standing_of(made)).state is EntryState.IN_EFFECT
    assert (await effect.proof_of(1)).checkpoint.note.count("\n— ") == 4  # two keys, two witnesses


async def test_the_checkpoint_that_covers_the_first_policy_is_judged_without_it(house):
    point = await adopt(house, "audit", least=1)
    assert await effect.effective_size() == point.size
    await act(house)
    assert await effect.effective_size() == point.size


async def test_the_newest_checkpoint_with_a_quorum_counts_whatever_came_after(house):
    await adopt(house, "audit", "finance", least=2)
    await act(house)
    middle = await newest_checkpoint()
    await cosign(house, "audit", "finance")
    await act(house)
    await cosign(house, "audit")
    assert await effect.effective_size() == middle.size


async def test_a_new_policy_needs_the_quorum_of_the_old_one(house):
    await adopt(house, "audit", least=1)
    await adopt(house, "audit", "finance", least=2)
    await cosign(house, "finance")
    await act(house)
    await cosign(house, "finance")
    assert await effect.effective_size() == 1, "the old quorum never confirmed anything"
    await act(house)
    await cosign(house, "audit")
    confirming = await newest_checkpoint()
    assert await effect.effective_size() == confirming.size
    await act(house)
    await cosign(house, "audit")
    assert await effect.effective_size() == confirming.size, "now two are needed"
    await cosign(house, "finance")
    assert await effect.effective_size() == await head_size()


async def test_a_weaker_policy_waits_for_a_day(house):
    await adopt(house, "audit", "finance", least=2)
    await adopt(house, "audit", least=1)
    assert (await policy_history()).policies[-1].weaker
    await cosign(house, "audit", "finance", after=DAY - timedelta(seconds=2))
    await act(house)
    await cosign(house, "audit", after=DAY)
    assert (await policy_history()).policies[-1].above is None
    await act(house)
    await cosign(house, "audit", "finance", after=DAY + timedelta(seconds=1))
    confirming = await newest_checkpoint()
    assert (await policy_history()).policies[-1].above == confirming.size
    await act(house)
    await cosign(house, "audit", after=2 * DAY)
    assert await effect.effective_size() == await head_size()


async def fresh_process():
    """Let this process know nothing more than one that has just begun."""
    use_terms(terms().__class__(**{n: getattr(terms(), n) for n in terms().__struct_fields__}))


async def unguarded(house, statement, *values):
    """Change rows as a database administrator can: past the triggers."""
    table = statement.split()[2] if statement.startswith("DELETE") else statement.split()[1]
    async with writing():
        if house.engine == "postgres":
            await run(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        else:
            for row in await run("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
                if row["name"].startswith(table):
                    await run(f"DROP TRIGGER {row['name']}")
        await run(statement, *values)


@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM entry WHERE kind = 'oversight.policy.adopted'",
        "UPDATE entry SET kind = 'oversight.nothing.happened', subject = 'else'"
        " WHERE kind = 'oversight.policy.adopted'",
    ],
)
async def test_a_policy_that_a_database_administrator_removes_changes_nothing(
    house, statement, fresh
):
    await adopt(house, "audit", least=1)
    made = await act(house)
    await unguarded(house, statement)
    if fresh:
        await fresh_process()
    with pytest.raises(ProofRejected, match="policy entry 0"):
        await standing_of(made)
    await register_party(KEEPER, Role.FIRM, "another", occasion=house.occasion())
    while await integrate():
        pass
    with pytest.raises(ProofRejected):
        await sign_checkpoint()


async def test_a_policy_that_a_database_administrator_empties_changes_nothing(house):
    await adopt(house, "audit", least=1)
    await act(house)
    log = make_vkey(house.settings.origin, house.ring.log.public)
    body = bytes(
        (await run("SELECT body FROM entry WHERE kind = 'oversight.policy.adopted'"))[0]["body"]
    )
    old = policy(house, "audit", least=1).replace("\n", "\\n").encode()
    assert old in body
    emptied = body.replace(old, f"log {log}\\nquorum none\\n".encode())
    await unguarded(
        house, "UPDATE entry SET body = {} WHERE kind = 'oversight.policy.adopted'", emptied
    )
    await fresh_process()
    with pytest.raises(ProofRejected):
        await effect.effective_size()


async def test_cosignatures_that_are_made_up_count_for_nothing(house):
    await adopt(house, "audit", least=1)
    await act(house)
    point = await newest_checkpoint()
    other = Checkpoint(house.settings.origin, point.size, b"\1" * 32).text()
    line = cosign_ed25519(other, KEYS["audit"].name, SIGNERS["audit"], 9)
    with pytest.raises(ProofRejected):
        await store_cosignature(point, KEYS["audit"], line)
    async with writing():
        await run(
            "INSERT INTO cosignature (size, name, key_id, line, at) VALUES ({}, {}, {}, {}, {})",
            point.size, KEYS["audit"].name, KEYS["audit"].id.hex(), line, 9,
        )  # fmt: skip
    with pytest.raises(ProofRejected):
        await effect.effective_size()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("quorum none\n", "policy.of_this_log"),
        ("nonsense\n", "policy.readable"),
    ],
)
async def test_a_policy_that_cannot_be_of_this_log_is_refused_and_leaves_nothing(house, text, rule):
    with pytest.raises(RuleBroken) as refused:
        await adopt_policy(KEEPER, text, house.occasion())
    assert refused.value.rule.code == rule
    assert await house.log_rows() == 0


async def test_a_witness_without_an_address_cannot_be_asked_and_is_refused(house):
    text = policy(house, "audit", least=1).replace(" http://audit.invalid", "")
    with pytest.raises(RuleBroken) as refused:
        await adopt_policy(KEEPER, text, house.occasion())
    assert refused.value.rule.code == "policy.of_this_log"


async def friends_policy(house):
    """Return the statement's values that put friends into the newest policy entry, leaf and all
    columns but the body left as they are."""
    row = (
        await run(
            'SELECT "index", body FROM entry WHERE kind = {} ORDER BY "index" DESC',
            "oversight.policy.adopted",
        )
    )[0]
    body = bytes(row["body"])
    for name in ("audit", "finance"):
        old = make_vkey(KEYS[name].name, KEYS[name].public, COSIGNATURE_ED25519).encode()
        friend = SigningKey(name.upper().encode().ljust(32))
        new = make_vkey(f"{name}.friend", friend.public, COSIGNATURE_ED25519).encode()
        body = body.replace(old, new)
    assert body != bytes(row["body"])
    return body, row["index"]


async def test_a_waiting_policy_that_is_replaced_under_its_leaf_is_met_in_a_running_process(house):
    await adopt(house, "audit", least=1)
    await adopt(house, "audit", "finance", least=2)
    assert (await policy_history()).policies[-1].above is None, "verified, and waiting"
    await unguarded(
        house, 'UPDATE entry SET body = {} WHERE "index" = {}', *await friends_policy(house)
    )
    with pytest.raises(ProofRejected):
        await policy_history()


@pytest.mark.parametrize("fresh", [False, True])
async def test_a_policy_that_judged_goes_on_judging_when_what_confirmed_it_is_deleted(house, fresh):
    """Else two changes would be confirmed at once, and the strict one between them be skipped."""
    await adopt(house, "audit", "finance", least=2)
    strict = await newest_checkpoint()
    await act(house)
    await adopt(house, "news", least=1)
    await unguarded(house, "DELETE FROM checkpoint WHERE size <= {}", strict.size + 1)
    if fresh:
        await fresh_process()
    assert [one.above for one in (await policy_history()).policies] == [strict.size, None]
    await act(house)
    await cosign(house, "news")
    assert await effect.effective_size() < await head_size()


async def test_an_entry_of_another_kind_is_no_policy_whatever_its_columns_say(house):
    await register_party(KEEPER, Role.FIRM, "firm", occasion=house.occasion())
    await house.settle()
    await unguarded(house, "UPDATE entry SET subject = 'policy', kind = 'oversight.policy.adopted'")
    with pytest.raises(ProofRejected, match="entry 0"):
        await effect.effective_size()
    await register_party(KEEPER, Role.FIRM, "another", occasion=house.occasion())
    while await integrate():
        pass
    with pytest.raises(ProofRejected):
        await sign_checkpoint()
