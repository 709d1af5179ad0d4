"""Rows of sealed lists. Names are in one encrypted column, from the seal on."""

from piccolo.columns import Bytea, Integer, Timestamptz, Varchar
from piccolo.table import Table


class SealedList(Table, tablename="sealed_list"):
    """Who sits in which room, sealed, and opened once."""

    id = Varchar(length=48, primary_key=True)  # "<session>/<number>"
    session = Varchar(length=36, index=True)  # draw
    number = Integer()  # from 1
    digest = Varchar(length=64)  # hex, salted: rules.list_digest
    members = Bytea()  # encrypted JSON: {"salt", "members": [rules.Member]}
    person = Varchar(length=36)  # who sealed
    sealed_at = Timestamptz()
    reason = Varchar(length=32)  # why early, code; empty: all had signed in, or not opened yet
    opened_by = Varchar(length=36)  # empty before
    opened_at = Timestamptz(null=True, default=None)
    opening = Varchar(length=36)  # act; empty before
    act = Varchar(length=36)
