"""Rows of suspensions."""

from piccolo.columns import Bytea, Integer, Timestamptz, Varchar
from piccolo.table import Table


class DrawSuspension(Table, tablename="draw_suspension"):
    """A suspension of a draw and its evaluation, until two people resume it."""

    id = Varchar(length=48, primary_key=True)  # "<draw>/<number>"
    draw = Varchar(length=36, index=True)  # the first of its session
    number = Integer()  # from 1
    cause = Varchar(length=16)  # rules.Cause
    account = Bytea()  # encrypted text: what happened
    person = Varchar(length=36)  # who suspended
    suspended_at = Timestamptz()
    side = Varchar(length=10)  # that agreed to resume first; empty before
    agreed_by = Varchar(length=36)
    agreement = Varchar(length=36)  # act
    form = Varchar(length=64)  # hex SHA-256 of the signed form; empty before
    resumed_by = Varchar(length=36)
    resumed_at = Timestamptz(null=True, default=None)
    resumption = Varchar(length=36)  # act; empty before
    act = Varchar(length=36)
