"""Rows of the day's record."""

from piccolo.columns import Bytea, Integer, Timestamptz, Varchar
from piccolo.table import Table


class CeremonyRecording(Table, tablename="ceremony_recording"):
    """A recording that a supervisor vouches for. Never changed."""

    id = Varchar(length=48, primary_key=True)  # "<draw>/<number>"
    draw = Varchar(length=36, index=True)
    number = Integer()  # from 1
    recording = Varchar(length=64)  # hex SHA-256 of the file
    place = Varchar(length=200)  # where the file is kept
    started_at = Timestamptz()
    ended_at = Timestamptz()
    statement = Bytea()  # encrypted text: what the supervisor states
    person = Varchar(length=36)
    act = Varchar(length=36)


class CommitteeHead(Table, tablename="committee_head"):
    """Who was elected head; the newest counts. Never changed."""

    id = Varchar(length=48, primary_key=True)  # "<draw>/<number>"
    draw = Varchar(length=36, index=True)
    number = Integer()  # from 1
    of = Varchar(length=36)  # draw whose line it is
    line = Integer(null=True, default=None)  # null: a representative
    representative = Varchar(length=36)  # id; empty: an expert
    person = Varchar(length=36)  # who recorded it
    act = Varchar(length=36)


class CeremonyConclusion(Table, tablename="ceremony_conclusion"):
    """The end of an evaluation. Never changed."""

    draw = Varchar(length=36, primary_key=True)
    ended_at = Timestamptz()
    remarks = Bytea()  # encrypted text
    person = Varchar(length=36)
    act = Varchar(length=36)
