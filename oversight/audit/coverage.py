"""How the audit checks the tables of the log itself; and what it says of answered requests."""

from oversight.idempotency.tables import AnsweredRequest
from oversight.ledger.coverage import NotCovered, OfTheLog
from oversight.ledger.tables import (
    ActKey,
    CheckpointRow,
    CosignatureRow,
    EntryRow,
    Head,
    Node,
    Pending,
)

_BODY = "it says the same as the entry's bytes"
_BYTES = "its hash is in the tree, below a signed root"
_KEYS = "each pair is in act_key once, and each pair in act_key has its entry"
_LINE = "it says the same as the line"

COVERAGE = (
    OfTheLog(
        EntryRow,
        {
            "index": "from 0 to the head, without gaps",
            "act": _BODY,
            "n": _KEYS,
            "kind": _BODY,
            "subject": _BODY,
            "body": _BYTES,
            "leaf": "it is the hash of the bytes, and in the tree",
        },
    ),
    OfTheLog(
        Pending,
        {
            "id": "the place in the queue, gone with the row; the entry's index counts",
            "act": _BODY,
            "n": _KEYS,
            "kind": _BODY,
            "subject": _BODY,
            "body": "its hash is the leaf",
            "leaf": "it is the hash of the bytes",
        },
    ),
    OfTheLog(ActKey, {"act": _KEYS, "n": _KEYS}),
    OfTheLog(
        Node,
        {
            "level": "tiles are those of a tree of the head's size",
            "index": "tiles are those of a tree of the head's size",
            "data": "made anew from the entries, level by level",
        },
    ),
    OfTheLog(
        Head,
        {
            "id": "there is one row",
            "size": "where the entries end",
            "edge": "made anew from the entries",
            "root": "made anew from the entries",
        },
    ),
    OfTheLog(
        CheckpointRow,
        {
            "size": "it says the same as the note",
            "root": "it is the root of that many entries, and says the same as the note",
            "note": "every line of it is a signature by a key of the log",
        },
    ),
    OfTheLog(
        CosignatureRow,
        {
            "size": "there is such a checkpoint, and its text is what the line signs",
            "name": _LINE,
            "key_id": _LINE,
            "line": "it is a cosignature by a witness whom a policy on the log names",
            "at": _LINE,
        },
    ),
    NotCovered(
        AnsweredRequest,
        "an answer is kept to be repeated; it says nothing that rows and entries do not say",
    ),
)
