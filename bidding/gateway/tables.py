"""Messages on their way to the gateway. No domain rows: they hold a number only while they wait."""

from piccolo.columns import Bytea, Integer, Timestamptz, Varchar
from piccolo.table import Table


class GatewayMessage(Table, tablename="gateway_message"):
    """One message. What it says is encrypted while it waits, and gone once it was handed over."""

    id = Varchar(length=32, primary_key=True)  # random hex: tells neither time nor person
    channel = Varchar(length=8)  # "voice" or "message"
    body = Bytea()  # encrypted JSON of rules.Message; empty once it does not wait any more
    state = Varchar(length=8)  # "waiting", "taken" or "given-up"
    sends = Integer()  # how often it was sent, or tried to be
    due_at = Timestamptz()  # before this nobody sends it: a process that sends it moves it ahead
    expires_at = Timestamptz()  # then it is given up
    taken_at = Timestamptz(null=True, default=None)
