"""Rows of draws. The rosters that a seal fixes are in `bidding/sealing`.

A row carries the act that wrote it, never a position on the log. What may not be read before
its time (secret, recusals, statements, openings) is encrypted under a key outside the database.
"""

from piccolo.columns import Bytea, Integer, Text, Timestamptz, Varchar
from piccolo.table import Table


class Draw(Table, tablename="draw"):
    """A draw from its order to its end. Only `state` changes, along the table of transitions."""

    id = Varchar(length=36, primary_key=True)  # UUIDv7
    subject = Varchar(length=36)  # committee that is drawn; else tender, lot or programme
    purpose = Varchar(length=64)  # "evaluation-committee", "tie-break", …
    attempt = Integer()  # from 1, counted along the committee's predecessors
    parent = Varchar(length=36)  # draw that this one supplements, else empty
    rulebook = Varchar(length=40)  # name of the edition
    party = Varchar(length=36)  # applicant
    person = Varchar(length=36)  # who ordered it for the applicant
    state = Varchar(length=32)
    strata = Text()  # JSON: [{"id", "seats"}], in order
    caps = Text()  # JSON: {attribute: maximum}
    conditions = Bytea()  # encrypted JSON: day of the evaluation, recused organisations
    act = Varchar(length=36)


class DrawStep(Table, tablename="draw_step"):
    """One step taken: one act, one entry, in the order of the protocol."""

    id = Varchar(length=64, primary_key=True)  # "<draw>/<number>"
    draw = Varchar(length=36, index=True)
    number = Integer()  # 0 is the order; no gaps
    word = Varchar(length=32)  # last part of the entry's kind
    ordinal = Integer()  # of the entry in its act
    at = Timestamptz()  # the act's instant
    act = Varchar(length=36)


class DrawContributor(Table, tablename="draw_contributor"):
    """A party whose nonce enters, with what it has sent so far."""

    id = Varchar(length=80, primary_key=True)  # "<draw>/<place>"
    draw = Varchar(length=36, index=True)
    place = Integer()  # 0-based, in the request's order
    party = Varchar(length=36)
    key = Varchar(length=44)  # base64 Ed25519 key under which it committed; empty before
    commitment = Varchar(length=64)  # hex; empty before
    nonce = Varchar(length=64)  # hex, public once revealed; empty before
    signature = Varchar(length=88)  # base64, over the reveal statement; empty before


class DrawBreach(Table, tablename="draw_breach"):
    """A contributor that gave no nonce in time, named as the log names it."""

    id = Varchar(length=80, primary_key=True)  # "<draw>/<party>"
    draw = Varchar(length=36, index=True)
    party = Varchar(length=36)
    act = Varchar(length=36)


class DrawRequest(Table, tablename="draw_request"):
    """What a seal fixed, with all that opens it."""

    draw = Varchar(length=36, primary_key=True)
    request = Bytea()  # canonical JSON
    digest = Varchar(length=64)  # hex R, as logged
    reveal_by = Timestamptz()  # last moment for reveals
    secret = Bytea()  # encrypted: 32 bytes, the draw's secret
    excluded = Bytea()  # encrypted JSON: {"salt", "list": [[expert, ground], …]}
    act = Varchar(length=36)


class DrawResult(Table, tablename="draw_result"):
    """What a complete set of inputs gave: made by the run, or by a closing that hides nothing."""

    draw = Varchar(length=36, primary_key=True)
    alpha = Varchar(length=64)  # hex
    pi = Varchar(length=160)  # hex, 80 bytes; empty where the center gave no proof
    beta = Varchar(length=128)  # hex, 64 bytes; empty where the center gave no proof
    walk = Varchar(length=64)  # hex digest of the lines; empty where the center gave no proof
    act = Varchar(length=36)


class DrawLine(Table, tablename="draw_line"):
    """One line of the walk: a position that was reached, and what became of it."""

    id = Varchar(length=64, primary_key=True)  # "<draw>/<number>"
    draw = Varchar(length=36, index=True)
    number = Integer()  # 0-based, chronological
    stratum = Integer()  # 0-based, in the request's order
    position = Integer()  # 0-based, in roster order
    commitment = Varchar(length=64)  # hex
    outcomes = Text()  # JSON: codes, oldest first
    inclusion = Text()  # JSON: hex path of the commitment in its roster's tree


class DrawClosing(Table, tablename="draw_closing"):
    """How a draw ended without a result, and who signed for it."""

    draw = Varchar(length=36, primary_key=True)
    state = Varchar(length=32)  # "voided" or "lapsed"
    reason = Varchar(length=64)  # code
    statement = Varchar(length=64)  # hex digest of the salted text
    text = Bytea()  # encrypted JSON: {"salt", "text"}
    signature = Varchar(length=88)  # base64
    party = Varchar(length=36)  # who closed it
    person = Varchar(length=36)
    act = Varchar(length=36)


class DrawOpening(Table, tablename="draw_opening"):
    """What was opened of a draw, together, encrypted; read by whom the edition allows.

    Identities are opened in the end, items with public labels by the seal.
    """

    draw = Varchar(length=36, primary_key=True)
    openings = Bytea()  # encrypted canonical JSON, sorted by commitment
    digest = Varchar(length=64)  # hex, as logged
    person = Varchar(length=36)  # who opened them
    act = Varchar(length=36)
