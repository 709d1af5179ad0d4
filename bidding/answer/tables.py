"""Rows of proposed and countersigned answers."""

from piccolo.columns import Bytea, Integer, Varchar
from piccolo.table import Table


class DrawProposal(Table, tablename="draw_proposal"):
    """What is said to have become of a seated line. Only `state` changes, once."""

    id = Varchar(length=36, primary_key=True)  # UUIDv7
    draw = Varchar(length=36, index=True)
    line = Integer()  # 0-based in the walk
    outcome = Varchar(length=32)  # code
    evidence = Varchar(length=64)  # hex digest of the salted record
    record = Bytea()  # encrypted JSON: {"salt": hex, "record": {…}}
    cause = Varchar(length=8)  # "expert" or "house"
    state = Varchar(length=16)  # "waiting", "countersigned" or "withdrawn"
    person = Varchar(length=36)  # who proposed it; empty where the expert answered
    act = Varchar(length=36)


class DrawAnswer(Table, tablename="draw_answer"):
    """An answer that counts: countersigned, logged, and the walk carried on."""

    id = Varchar(length=64, primary_key=True)  # "<draw>/<number>"
    draw = Varchar(length=36, index=True)
    number = Integer()  # 0-based, chronological
    line = Integer()  # 0-based in the walk
    outcome = Varchar(length=32)  # code
    evidence = Varchar(length=64)  # hex digest, of its proposal
    lines = Integer()  # of the walk before it: the first that it appended has this number
    countersigner = Varchar(length=36)  # party
    signature = Varchar(length=88)  # base64, over the answer statement
    person = Varchar(length=36)  # who countersigned for the party
    act = Varchar(length=36)
