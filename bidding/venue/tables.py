"""Rows of room plans. No row names a person who evaluates."""

from piccolo.columns import Integer, Text, Varchar
from piccolo.table import Table


class VenuePlan(Table, tablename="venue_plan"):
    """A plan of sites, rooms and seats. Never changed: a new one takes its place."""

    id = Varchar(length=48, primary_key=True)  # "<draw>/<number>"
    draw = Varchar(length=36, index=True)
    number = Integer()  # from 1; the newest counts
    plan = Text()  # JSON: rules.Plan
    person = Varchar(length=36)  # who planned
    act = Varchar(length=36)
