"""The ground: errors, values, rulebook, keys, database, ledger, the act, identity.

Knows nothing of procurement.
"""
