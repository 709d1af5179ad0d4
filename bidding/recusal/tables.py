"""Declared recusals and absences."""

from piccolo.columns import Date, Timestamptz, Varchar
from piccolo.table import Table


class Recusal(Table, tablename="recusal"):
    """An expert stays away from an organisation or from one subject."""

    id = Varchar(length=36, primary_key=True)  # UUIDv7
    expert = Varchar(length=36)
    ground = Varchar(length=30)  # rules.RecusalGround
    uscc = Varchar(length=18)  # of the organisation; empty: not known, or a subject
    name = Varchar(length=120)  # of the organisation; empty: not given
    plain = Varchar(length=120)  # the name as matching compares it
    subject = Varchar(length=200)  # committee or tender; empty: an organisation
    declared_at = Timestamptz()
    lifted_at = Timestamptz(null=True, default=None)
    act = Varchar(length=36)


class Absence(Table, tablename="absence"):
    """Days on which an expert is not available."""

    id = Varchar(length=36, primary_key=True)  # UUIDv7
    expert = Varchar(length=36)
    begins = Date()  # first day
    ends = Date()  # last day, included
    declared_at = Timestamptz()
    lifted_at = Timestamptz(null=True, default=None)
    act = Varchar(length=36)
