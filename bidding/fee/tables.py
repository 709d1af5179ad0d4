"""Rows of fee statements. They name lines, never people, and are encrypted besides."""

from piccolo.columns import Bytea, Integer, Varchar
from piccolo.table import Table


class FeeStatement(Table, tablename="fee_statement"):
    """What the experts of one evaluation are owed. Never changed: a new one takes its place."""

    id = Varchar(length=48, primary_key=True)  # "<draw>/<number>"
    draw = Varchar(length=36, index=True)  # the first of its session
    number = Integer()  # from 1; the newest counts
    statement = Bytea()  # encrypted canonical JSON: rules.Statement
    person = Varchar(length=36)  # who stated it
    act = Varchar(length=36)
