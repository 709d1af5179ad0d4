"""Asking witnesses for their cosignatures, each at its own pace: none keeps another waiting.

The log's side of C2SP tlog-witness. What a witness answers is verified before it is stored, and
stored beside the checkpoint; whether it is enough is judged elsewhere, each time anew.
"""

import asyncio
import logging
from hashlib import sha256

import httpx
import msgspec

from oversight.configuration import settings
from oversight.database import run, writing
from oversight.errors import ProofRejected
from oversight.ledger.checkpoint import Checkpoint, parse_decimal
from oversight.ledger.effect import adopted_policies
from oversight.ledger.guard import stop
from oversight.ledger.nodes import consistency_path, root_at
from oversight.ledger.notes import NOTE_BYTES_MAX, VerifierKey, line_of, open_note
from oversight.ledger.own_keys import signing_keys
from oversight.ledger.policy import PolicyWitness
from oversight.ledger.queries import StoredCheckpoint, head_of, newest_checkpoint
from oversight.ledger.signed_checkpoint import open_checkpoint
from oversight.ledger.terms import terms
from oversight.publication.signing import tell_checkpoint
from oversight.remote import authorities
from oversight.values.digests import to_base64

LOG = logging.getLogger("daylight.witnesses")
POLL_SECONDS = 0.1
LOOK_SECONDS = 5.0  # after which the policies are read again though nothing was signed
PAUSE_SECONDS_MAX = 60.0  # between two questions to a witness that does not answer
PATIENCE = 4  # times the timeout of one step: for a whole answer
OK, NOT_FOUND, CONFLICT = 200, 404, 409


class WitnessFailed(Exception):  # noqa: N818, a statement about the witness
    """A witness gave no cosignature; nothing follows for the log."""


class Asked(msgspec.Struct):
    """What is known of one witness."""

    witness: PolicyWitness
    size: int = 0  # of the checkpoint that it saw last, as far as we know
    cosigned: int = -1  # size of the checkpoint that it cosigned last
    failures: int = 0  # in a row


async def keep_asking() -> None:
    """Bring each new checkpoint before all witnesses until cancelled.

    Witnesses are those of every policy on the log: one that is adopted but not in effect yet is
    asked as well, since its cosignatures may have to confirm the next.
    """
    asked: dict[VerifierKey, Asked] = {}
    busy: dict[VerifierKey, asyncio.Task[None]] = {}
    witnesses: list[PolicyWitness] = []
    looked_at, look_again = -1, 0.0  # a policy comes only with a checkpoint; else after an error
    clock = asyncio.get_running_loop()
    async with witness_client() as client, asyncio.TaskGroup() as group:
        while True:
            newest = await _newest_surely()
            if newest and (newest.size != looked_at or clock.time() >= look_again):
                witnesses = await witnesses_of(newest)
                looked_at, look_again = newest.size, clock.time() + LOOK_SECONDS
            for one in witnesses:
                known = asked.setdefault(one.key, Asked(one))
                task = busy.get(one.key)
                if newest and known.cosigned < newest.size and (task is None or task.done()):
                    busy[one.key] = group.create_task(_bring(client, known, newest))
            await asyncio.sleep(POLL_SECONDS)


async def seen_by_witnesses() -> None:
    """Ask every witness, before anything is signed, what it saw of this log last.

    A checkpoint under this log's own key that is ahead of the database, or differs from it, stops
    acts and signer: the database is older than what others hold. Witnesses that do not answer
    are named in the operator's log and not waited for.
    """
    newest = await newest_checkpoint()
    if newest is None:
        return
    async with witness_client() as client:
        witnesses = await witnesses_of(newest)
        await asyncio.gather(*(_compare(client, one) for one in witnesses))


async def _compare(client: httpx.AsyncClient, witness: PolicyWitness) -> None:
    """Compare what one witness holds with the log here."""
    try:
        seen = await seen_last(client, witness)
    except (ProofRejected, WitnessFailed) as error:
        LOG.warning("witness %s does not tell what it saw: %s", witness.name, _cause(error))
        return
    if seen is None:
        LOG.warning("witness %s says that it saw nothing of this log", witness.name)
    else:
        await _require_known(witness, seen)


async def seen_last(client: httpx.AsyncClient, witness: PolicyWitness) -> Checkpoint | None:
    """Return the checkpoint of this log that a witness saw last; None if it says that it saw none.

    Raises:
        WitnessFailed: it does not answer, or in no way that a witness does.
        ProofRejected: what it answers is not under a key with which this log signs now.
    """
    name = sha256(terms().origin.encode()).hexdigest()
    status, data = await _answer(client, "GET", f"{_prefix(witness)}/{name}/checkpoint")
    if status == NOT_FOUND:
        return None
    if status != OK:
        raise WitnessFailed(f"answered {status}")
    return open_checkpoint(data, terms().origin, signing_keys())[0]


async def _answer(
    client: httpx.AsyncClient, method: str, url: str, content: bytes | None = None
) -> tuple[int, bytes]:
    """Return status and content of a witness's answer, which ends in time and is of bearable size.

    Raises:
        WitnessFailed: there is no such answer.
    """
    data = bytearray()
    try:
        async with (
            asyncio.timeout(PATIENCE * settings().witness_timeout_seconds),
            client.stream(method, url, content=content) as answer,
        ):
            async for part in answer.aiter_bytes():
                data += part
                if len(data) > NOTE_BYTES_MAX:
                    raise WitnessFailed("its answer does not end")
            return answer.status_code, bytes(data)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        raise WitnessFailed(type(error).__name__) from None


def _prefix(witness: PolicyWitness) -> str:
    """Return a witness's submission prefix, without a slash at its end."""
    return witness.url.rstrip("/")


async def _require_known(witness: PolicyWitness, seen: Checkpoint) -> None:
    """Stop acts and signer where a checkpoint under our own key is none of this database's."""
    size, _ = await head_of()
    if seen.size > size:
        reason = f"witness {witness.name} holds our checkpoint of size {seen.size}, here is {size}"
    elif await root_at(seen.size) != seen.root:
        reason = f"witness {witness.name} holds another root of ours at size {seen.size}"
    else:
        return
    LOG.critical("acts and signer stop: %s", reason)
    stop(reason)


async def _newest_surely() -> StoredCheckpoint | None:
    """Return the newest checkpoint; None while the database does not answer."""
    try:
        return await newest_checkpoint()
    except Exception as error:
        LOG.error("no checkpoint to bring to witnesses: %s", type(error).__name__)
        return None


async def witnesses_of(newest: StoredCheckpoint | None) -> list[PolicyWitness]:
    """Return the witnesses with an address, of every policy on the log."""
    if newest is None:
        return []
    try:
        policies = [change.policy for change in await adopted_policies(newest)]
    except ProofRejected as alarm:
        LOG.critical("the policy on the log is not what was signed: %s", alarm)
        return []
    except Exception as error:
        LOG.error("the policy could not be read: %s", type(error).__name__)
        return []
    found = {one.key: one for policy in policies for one in policy.witnesses if one.url}
    return list(found.values())


async def _bring(client: httpx.AsyncClient, known: Asked, newest: StoredCheckpoint) -> None:
    """Bring a checkpoint before one witness; after a failure, wait longer each time."""
    try:
        answer = await _ask(client, known, newest)
        await store_cosignature(newest, known.witness.key, answer)
        await tell_checkpoint()
    except Exception as error:  # a witness, the way to it, or the database
        known.failures += 1
        LOG.warning("witness %s did not cosign: %s", known.witness.name, _cause(error))
        await asyncio.sleep(min(PAUSE_SECONDS_MAX, 0.5 * 2 ** min(known.failures, 10)))
    else:
        known.failures, known.size, known.cosigned = 0, newest.size, newest.size


async def _ask(client: httpx.AsyncClient, known: Asked, newest: StoredCheckpoint) -> str:
    """Return the lines that a witness answers; where it names another size, ask from there."""
    for _ in range(2):
        url, question = _prefix(known.witness), await _question(known.size, newest)
        status, data = await _answer(client, "POST", f"{url}/add-checkpoint", question)
        if status == OK:
            return data.decode(errors="replace")
        if status != CONFLICT:
            raise WitnessFailed(f"answered {status}")
        known.size = parse_decimal(data.decode(errors="replace").removesuffix("\n"))
        if known.size > newest.size:
            await _compare(client, known.witness)
            raise WitnessFailed("it says that it saw a larger log")
    raise WitnessFailed("it names another size each time")


async def _question(old_size: int, newest: StoredCheckpoint) -> bytes:
    """Return the body of add-checkpoint: old size, consistency proof, checkpoint."""
    path = await consistency_path(old_size, newest.size) if old_size else []
    proof = "".join(f"{to_base64(node)}\n" for node in path)
    return f"old {old_size}\n{proof}\n{newest.note}".encode()


async def store_cosignature(point: StoredCheckpoint, key: VerifierKey, answer: str) -> None:
    """Store the line by which one witness cosigned a checkpoint, once it is verified.

    Raises:
        ProofRejected: there is none in the answer, or it is not over this checkpoint.
    """
    line = line_of(key, answer)
    text = Checkpoint(terms().origin, point.size, point.root).text()
    ((_, at),) = open_note(f"{text}\n{line}", [key]).cosigned
    async with writing():
        await run(
            "INSERT INTO cosignature (size, name, key_id, line, at) VALUES ({}, {}, {}, {}, {})"
            " ON CONFLICT (size, name, key_id) DO NOTHING",
            point.size,
            key.name,
            key.id.hex(),
            line,
            at,
        )


def witness_client() -> httpx.AsyncClient:
    """Return a client that waits for a witness as long as the settings say."""
    return httpx.AsyncClient(
        timeout=settings().witness_timeout_seconds, follow_redirects=False, verify=authorities()
    )


def _cause(error: Exception) -> str:
    """Return what went wrong, without anybody's data."""
    known = isinstance(error, ProofRejected | WitnessFailed)
    return str(error) if known else type(error).__name__
