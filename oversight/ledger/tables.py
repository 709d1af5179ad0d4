"""The log's rows (ledger.md, Tables and the sequencer). Written by named functions only.

Columns beside an entry's `body` are projections of it and are compared before it gets its place.
"""

from piccolo.columns import BigInt, BigSerial, Bytea, Integer, Text, Timestamptz, Varchar
from piccolo.table import Table


class Pending(Table, tablename="pending"):
    """An entry that is committed with its act and waits for its index."""

    id = BigSerial(primary_key=True)  # order in which places are given; may have gaps
    act = Varchar(length=36)  # UUID
    n = BigInt()  # ordinal within the act, from 0
    kind = Varchar(length=100)
    subject = Varchar(length=100)
    body = Bytea()  # the whole entry, canonical bytes
    leaf = Bytea()  # 32 bytes: SHA-256(0x00 || body)


class ActKey(Table, tablename="act_key"):
    """Each (act, n) that was ever recorded; with both as key, none is recorded twice."""

    act = Varchar(length=36, primary_key=True)
    n = BigInt()


class EntryRow(Table, tablename="entry"):
    """An entry with its index. Never changed, never deleted: triggers refuse it."""

    index = BigInt(primary_key=True)  # from 0, without gaps
    act = Varchar(length=36)
    n = BigInt()
    kind = Varchar(length=100)
    subject = Varchar(length=100)
    body = Bytea()
    leaf = Bytea()


class Node(Table, tablename="node"):
    """A tile: up to 256 hashes of one tile level, 32 bytes each; grows, never changes."""

    level = Integer(primary_key=True)  # a hash of level l covers 256^l entries; key with index
    index = BigInt()
    data = Bytea()


class Head(Table, tablename="head"):
    """One row: how far the log reaches. Locking it is the right to extend the log."""

    id = Integer(primary_key=True)  # always 1
    size = BigInt()  # entries
    edge = Bytea()  # roots of the maximal complete subtrees, largest first, 32 bytes each
    root = Bytea()  # 32 bytes


class CheckpointRow(Table, tablename="checkpoint"):
    """A signed promise about the first `size` entries. Never changed, never deleted."""

    size = BigInt(primary_key=True)
    root = Bytea()  # 32 bytes
    note = Text()  # the signed note


class CosignatureRow(Table, tablename="cosignature"):
    """One witness's signature below a checkpoint. Never changed, never deleted."""

    size = BigInt(primary_key=True)  # of the checkpoint; key with name and key_id
    name = Varchar(length=200)  # the witness's key name
    key_id = Varchar(length=8)  # hex of 4 bytes
    line = Text()  # the whole line, as the witness gave it
    at = BigInt()  # POSIX second that the line claims


class Payload(Table, tablename="payload"):
    """What a commitment in an entry conceals, until it is erased."""

    act = Varchar(length=36, primary_key=True)  # key with n and field
    n = BigInt()
    field = Varchar(length=60)
    salt = Bytea(null=True, default=None)  # 32 bytes; null once erased
    value = Bytea(null=True, default=None)  # canonical JSON, encrypted; null once erased
    erased_at = Timestamptz(null=True, default=None)
