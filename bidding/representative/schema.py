"""Representatives as they travel: given with a name, shown without."""

from typing import Annotated

import msgspec
from msgspec import Meta

from oversight.wire import Hex32, Label


class RepresentativeForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom the buyer sends, with what he brings."""

    name: Label
    id_number: Annotated[
        str, Meta(min_length=1, max_length=40, description="GB 11643; kept as a blind index.")
    ]
    letter: Annotated[Hex32, Meta(description="SHA-256 of the letter of authority.")]
    declaration: Annotated[Hex32, Meta(description="SHA-256 of the signed declaration.")]


class RepresentativeView(msgspec.Struct, frozen=True):
    """A representative by number of the paper, not by name."""

    id: str
    draw: str
    letter: str
    declaration: str
    state: str  # "named" or "withdrawn"
    act: str


class RepresentativesView(msgspec.Struct, frozen=True):
    """How many are named of how many."""

    draw: str
    needed: int
    items: list[RepresentativeView]
