"""Rows of appointments."""

from piccolo.columns import Bytea, Integer, Varchar
from piccolo.table import Table


class Appointment(Table, tablename="appointment"):
    """Experts whom a purchaser chose itself, and what the authority said. Decided once."""

    id = Varchar(length=36, primary_key=True)  # UUIDv7
    committee = Varchar(length=36, index=True)
    ground = Varchar(length=32)  # code
    draw = Varchar(length=36)  # closed draw that found too few; empty: none
    seats = Integer()  # as many experts
    terms = Bytea()  # encrypted JSON: {"experts": [ids], "reason": text}
    party = Varchar(length=36)  # who asked
    person = Varchar(length=36)
    state = Varchar(length=16)  # "asked", "appointed" or "refused"
    approver = Varchar(length=36)  # who decided; empty before
    approver_party = Varchar(length=36)
    decided = Varchar(length=36)  # act that decided; empty before
    act = Varchar(length=36)
