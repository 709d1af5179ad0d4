"""The commands of all consoles: what asks a service over HTTP, or checks its proofs offline.

Apart from `assembly`, so that asking does not load what serving needs.
"""

import click

from api_spec import draw_laboratory
from bidding.answer import console as answer
from bidding.appointment import console as appointment
from bidding.ceremony import console as ceremony
from bidding.classification import console as classification
from bidding.committee import console as committee
from bidding.contact import console as contact
from bidding.contributor import console as contributor
from bidding.draw_sheet import console as draw_sheet
from bidding.duty import console as duty
from bidding.external_draw import console as external_draw
from bidding.fee import console as fee
from bidding.intake import console as intake
from bidding.item_draw import console as item_draw
from bidding.sign_in import console as sign_in
from bidding.verdict import console as verdict
from oversight.beacon import console as beacon
from oversight.blind import console as blind
from oversight.custody import console as custody
from oversight.identity import console as identity
from oversight.ledger import console as ledger
from oversight.mirror import console as mirror
from oversight.policy import console as policy
from oversight.witness import console as witness

CONSOLES: tuple[click.Command, ...] = (
    *identity.COMMANDS,
    ledger.act,
    *custody.COMMANDS,
    blind.blind,
    beacon.beacon,
    policy.policy,
    committee.committee,
    *contributor.COMMANDS,
    *draw_laboratory.COMMANDS,
    *answer.COMMANDS,
    *item_draw.COMMANDS,
    *draw_sheet.COMMANDS,
    *duty.COMMANDS,
    *contact.COMMANDS,
    *classification.COMMANDS,
    *intake.COMMANDS,
    *external_draw.COMMANDS,
    *appointment.COMMANDS,
    sign_in.sign_in,
    ceremony.ceremony,
    *fee.COMMANDS,
    *verdict.COMMANDS,
    *witness.COMMANDS,
    *mirror.COMMANDS,
)
