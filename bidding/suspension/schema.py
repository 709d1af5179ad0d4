"""Suspensions as they travel."""

from typing import Annotated

import msgspec
from msgspec import Meta

from bidding.suspension.rules import ACCOUNT_MAX, Cause
from oversight.wire import Code, Hex32


class SuspensionOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why everything is to rest."""

    cause: Annotated[Code, Meta(description=", ".join(Cause) + ".")]
    account: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=ACCOUNT_MAX,
            description="What happened; kept encrypted. Name seats, not people.",
        ),
    ]


class ResumptionOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One side agrees to resume."""

    form: Annotated[Hex32, Meta(description="SHA-256 of the form that both sides sign.")]


class SuspensionView(msgspec.Struct, frozen=True):
    """A suspension without its account and without people."""

    draw: str
    number: int
    cause: str
    form_zh: str
    form_en: str
    suspended_at: str
    agreed: Annotated[str, Meta(description="Side that agreed to resume; empty: none yet.")]
    form: Annotated[str, Meta(description="SHA-256 of the signed form; empty: none yet.")]
    resumed_at: Annotated[str, Meta(description="Empty: it stands.")]
    act: str
