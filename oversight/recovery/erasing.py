"""What was erased after the backup is erased again: a restored database must not bring it back."""

from oversight.custody.facts import PayloadErased
from oversight.database import run, writing
from oversight.ledger.facts import read_entry
from oversight.ledger.recording import erase_payload
from oversight.values.instants import from_micro_text


async def erase_again(start: int) -> int:
    """Erase the values that entries from index `start` on say were erased; return how many.

    This is the one change of rows that follows from entries without a person: the act that
    ordered it stands on the log, and its order holds.
    """
    rows = await run(
        'SELECT body FROM entry WHERE kind = {} AND "index" >= {} ORDER BY "index"',
        PayloadErased.kind,
        start,
    )
    count = 0
    for row in rows:
        said = read_entry(bytes(row["body"]))
        fact, at = said.body, from_micro_text(said.at)
        async with writing():
            for field in _texts(fact["fields"]):
                count += await erase_payload(str(fact["act"]), _number(fact["n"]), field, at)
    return count


def _texts(value: object) -> list[str]:
    assert isinstance(value, list), "an erasure names its fields"
    return [str(each) for each in value]


def _number(value: object) -> int:
    assert isinstance(value, int), "an erasure names an ordinal"
    return value
