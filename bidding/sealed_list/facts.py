"""What the log says of sealed lists: number, digest, and when one was opened. Nobody's name."""

from typing import ClassVar

from oversight.ledger.facts import Fact


class ListSealed(Fact, frozen=True):
    """The members' list was sealed. Subject: the committee."""

    kind: ClassVar[str] = "bidding.sealed_list.sealed"
    conceals: ClassVar[tuple[str, ...]] = ("person",)

    draw: str
    number: int  # from 1; a list after a replacement has the next
    digest: str  # salted, 32 bytes as hex
    person: str  # commitment to the id of whoever sealed


class ListOpened(Fact, frozen=True):
    """A sealed list was opened: from now on it is read by whom the edition names."""

    kind: ClassVar[str] = "bidding.sealed_list.opened"
    conceals: ClassVar[tuple[str, ...]] = ("details",)

    draw: str
    number: int
    early: bool  # before all had signed in: by the supervisor, with a reason
    details: str  # commitment to {"reason", "person"}
