"""Whom this process believes in for its own log: the keys in its key directory, by no database."""

from oversight.keys.directory import ring
from oversight.ledger.notes import VerifierKey
from oversight.ledger.signed_checkpoint import log_verifiers
from oversight.ledger.terms import terms


def own_keys() -> tuple[VerifierKey, ...]:
    """Return the keys with which this log signs now, or ever did."""
    held = ring()
    return tuple(log_verifiers(terms().origin, held.log_publics, held.log_mldsa_publics))


def signing_keys() -> tuple[VerifierKey, ...]:
    """Return the keys with which this log signs now: only they can stop it, no retired one."""
    held = ring()
    plain, mldsa = [key.public for key in held.log_keys], [key.public for key in held.log_mldsa]
    return tuple(log_verifiers(terms().origin, plain, mldsa))
