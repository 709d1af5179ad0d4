"""Rows of the door. No row holds an identity number, nor anything made of one."""

from piccolo.columns import Integer, Timestamptz, Varchar
from piccolo.table import Table


class Visit(Table, tablename="sign_in_visit"):
    """Somebody who is expected came in, and went."""

    id = Varchar(length=48, primary_key=True)  # "<session>/<number>"
    session = Varchar(length=36, index=True)  # draw; a supplement's guests are its parent's
    number = Integer()  # from 1
    draw = Varchar(length=36)  # whose line it is
    line = Integer(null=True, default=None)  # 0-based in that walk; null: a representative
    representative = Varchar(length=36)  # id; empty: an expert
    site = Varchar(length=200)
    room = Varchar(length=200)
    method = Varchar(length=32)  # how the card was checked
    reference = Varchar(length=64)  # hex digest of a biometric check's record; empty: none
    person = Varchar(length=36)  # the clerk
    arrived_at = Timestamptz()
    departed_at = Timestamptz(null=True, default=None)
    clerk_out = Varchar(length=36)  # the clerk who signed him out; empty before
    departure = Varchar(length=36)  # act; empty before
    act = Varchar(length=36)


class TurnedAwayCard(Table, tablename="sign_in_turned_away"):
    """A card that did not open the door: not whose, not which."""

    id = Varchar(length=48, primary_key=True)  # "<session>/<number>"
    session = Varchar(length=36, index=True)
    number = Integer()  # from 1
    cause = Varchar(length=16)  # rules.Cause
    party = Varchar(length=36)  # of the clerk: which site
    person = Varchar(length=36)  # the clerk
    at = Timestamptz()
    act = Varchar(length=36)
