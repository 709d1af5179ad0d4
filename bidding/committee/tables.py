"""Rows of committees."""

from piccolo.columns import Integer, Varchar
from piccolo.table import Table


class Committee(Table, tablename="committee"):
    """A body formed for a tender; never changed, only followed by a successor."""

    id = Varchar(length=36, primary_key=True)  # UUIDv7
    tender = Varchar(length=200)  # opaque identifier of the procurement case
    body = Varchar(length=64)  # "evaluation-committee", …
    number = Integer()  # 1 for the first, then its predecessor's plus one
    predecessor = Varchar(length=36, null=True, default=None)  # committee that it follows
    rulebook = Varchar(length=40)  # name of the edition
    size = Integer()  # members, representatives included
    representatives = Integer()  # members sent by the buyer
    party = Varchar(length=36)  # who formed it
    act = Varchar(length=36)


class CommitteeLot(Table, tablename="committee_lot"):
    """One lot that a committee decides on. Unique by tender, lot, body and number."""

    id = Varchar(length=36, primary_key=True)  # UUIDv7
    committee = Varchar(length=36, index=True)
    tender = Varchar(length=200)
    lot = Varchar(length=200)
    body = Varchar(length=64)
    number = Integer()
    act = Varchar(length=36)
