"""What goes on the log about lists of codes."""

from typing import ClassVar

from oversight.ledger.facts import Fact


class Imported(Fact, frozen=True):
    """A version of a list of codes was imported; it replaces the one before as a whole."""

    kind: ClassVar[str] = "bidding.classification.imported"
    list: str  # "ndrc", "finance" or "region"
    version: str
    source: str
    codes: int
    file: dict[str, str | int]  # sha256 (hex), bytes, media_type
    list_id: str = ""  # under which the version stands; empty in entries from before it was told
    digest: str = ""  # hex, over the codes as rules.digest_of says; empty likewise
