"""Messages are no domain rows: what the log says of them stands with the tries."""

from collections.abc import Mapping

from bidding.gateway.tables import GatewayMessage
from oversight.ledger.coverage import Coverage, NotCovered, Replays

COVERAGE: tuple[Coverage, ...] = (
    NotCovered(
        GatewayMessage,
        "messages on their way: that a try was made, on which channel and with what outcome is "
        "said by bidding.contact's entries; what was sent is forgotten once it is handed over",
    ),
)
REPLAYS: Replays = {}
LEAVES_NO_ROW: Mapping[str, str] = {}
