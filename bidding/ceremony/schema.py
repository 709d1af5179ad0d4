"""The day as it travels."""

from typing import Annotated

import msgspec
from msgspec import Meta

from bidding.answer.schema import Line
from bidding.suspension.schema import SuspensionView
from oversight.wire import Hex32, Id, Instant, Label

WORDS_MAX = 2000  # characters

Words = Annotated[str, Meta(max_length=WORDS_MAX, description="Kept encrypted. Name no people.")]


class RecordingForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A recording, by its digest, and what the supervisor states of it."""

    recording: Annotated[Hex32, Meta(description="SHA-256 of the file.")]
    place: Annotated[Label, Meta(description="Where the file is kept.")]
    started_at: Instant
    ended_at: Instant
    statement: Annotated[Words, Meta(min_length=1)]


class HeadForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom the members elected: an expert's line, or a representative."""

    line: Line | None = None
    representative: Id | None = None
    of: Annotated[Id | None, Meta(description="The supplement whose line it is; else null.")] = None


class ConclusionForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The evaluation is over."""

    remarks: Words = ""


class DayReceipt(msgspec.Struct, frozen=True):
    """Something of the day is recorded."""

    draw: str
    number: int
    at: str
    act: str


class WaitingView(msgspec.Struct, frozen=True):
    """What is waited for, and by whom."""

    task: str
    by: list[str]


class CardView(msgspec.Struct, frozen=True):
    """A card that did not open the door: not whose, not which."""

    number: int
    cause: str
    party: str  # that runs the site
    at: str


class Screen(msgspec.Struct, frozen=True):
    """One post's view of the day: codes and counts, never a name or a specialty."""

    draw: str
    post: str
    state: str
    done: list[str]
    waits: list[WaitingView]
    may: Annotated[list[str], Meta(description="Operations of this interface that are next.")]
    expected: Annotated[int, Meta(description="Members, once all seats are accepted.")]
    arrived: int
    suspension: SuspensionView | None
    turned_away: Annotated[
        list[CardView], Meta(description="For the supervisor alone; else empty.")
    ]


class RecordingView(msgspec.Struct, frozen=True):
    """A recording that was vouched for, without the statement."""

    number: int
    recording: str
    place: str
    started_at: str
    ended_at: str
    act: str


class DayView(msgspec.Struct, frozen=True):
    """What was recorded of the day, without names and words."""

    draw: str
    suspensions: list[SuspensionView]
    recordings: list[RecordingView]
    heads: int
    concluded_at: str  # empty: not yet
