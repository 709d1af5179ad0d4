"""Rows of invitations. No row names an expert: a line leads to one only through a sealed roster."""

from piccolo.columns import Bytea, Integer, Timestamptz, Varchar
from piccolo.table import Table


class Contact(Table, tablename="contact"):
    """What the invitations of one draw tell. Never changed."""

    draw = Varchar(length=36, primary_key=True)
    hour = Integer()  # of the evaluation's start, 0 to 23, Asia/Shanghai
    hours = Integer()  # that it takes, about
    region = Varchar(length=6)  # GB/T 2260: where
    opened_at = Timestamptz()
    person = Varchar(length=36)  # who began
    act = Varchar(length=36)


class Invitation(Table, tablename="invitation"):
    """The invitation of one line."""

    id = Varchar(length=64, primary_key=True)  # "<draw>/<line>"
    draw = Varchar(length=36, index=True)
    line = Integer()  # 0-based in the walk
    round = Integer()  # from 1: how often the line was invited
    pace = Varchar(length=10)  # "usual" or "expedited"
    state = Varchar(length=12)  # rules.State
    invited_at = Timestamptz()  # in this round
    act = Varchar(length=36)  # of this round


class InvitationTry(Table, tablename="invitation_try"):
    """One call or message."""

    id = Varchar(length=80, primary_key=True)  # "<draw>/<line>/<number>"
    invitation = Varchar(length=64, index=True)
    round = Integer()
    number = Integer()  # from 1, over all rounds
    channel = Varchar(length=8)  # "voice" or "message"
    message = Varchar(length=32)  # the gateway's id for it, random hex
    made_at = Timestamptz()
    outcome = Varchar(length=12)  # rules.Outcome; empty while it is under way
    ended_at = Timestamptz(null=True, default=None)
    act = Varchar(length=36)


class AnswerSecret(Table, tablename="answer_secret"):
    """What one link or one code opens, once. The secret itself is nowhere here."""

    digest = Bytea(primary_key=True)  # SHA-256, 32 bytes
    invitation = Varchar(length=64)
    round = Integer()
    purpose = Varchar(length=8)  # "answer", or "leave" once it was accepted
    expires_at = Timestamptz()
    used_at = Timestamptz(null=True, default=None)


class WrongSecret(Table, tablename="wrong_secret"):
    """How many wrong secrets came from one place of late. No domain row."""

    source = Bytea(primary_key=True)  # blind index of the caller's address
    times = Integer()
    last_at = Timestamptz()
