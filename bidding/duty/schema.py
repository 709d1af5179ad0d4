"""What travels over HTTP about duty."""

import msgspec

from oversight.wire import Id, Instant


class ShiftForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A shift to be planned for one's own office."""

    person: Id
    deputy: Id
    starts: Instant
    ends: Instant


class ShiftView(msgspec.Struct, frozen=True):
    """A shift, with the names of the officials whom to call."""

    id: str
    party: str
    person: str
    person_name: str
    deputy: str
    deputy_name: str
    starts: str
    ends: str
    state: str  # "planned", "handed-over" or "cancelled"
    on_duty: str  # id of the person who is on duty in it
    act: str
