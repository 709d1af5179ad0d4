"""What travels over HTTP about a draw's record, beside the bundle itself."""

from typing import Annotated

import msgspec
from msgspec import Meta


class AuditorFileOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why an auditor needs secret, rosters and exclusions before the reveal."""

    reason: Annotated[str, Meta(min_length=1, max_length=2000, description="Kept private.")]


class AuditorFileReceipt(msgspec.Struct, frozen=True):
    """Where a request for the auditor's file stands."""

    draw: str
    act: str
    released: bool
