"""Rows of duty."""

from piccolo.columns import Timestamptz, Varchar
from piccolo.table import Table


class DutyShift(Table, tablename="duty_shift"):
    """Who of a supervisor's office is on duty in a span of time. Only `state` changes."""

    id = Varchar(length=36, primary_key=True)  # UUIDv7
    party = Varchar(length=36, index=True)
    person = Varchar(length=36)
    deputy = Varchar(length=36)
    starts = Timestamptz()  # included
    ends = Timestamptz()  # not included
    state = Varchar(length=16)  # "planned", "handed-over" or "cancelled"
    planner = Varchar(length=36)  # person
    act = Varchar(length=36)
