"""Values: canonical bytes, digests, identifiers, instants, calendars, money, names: all pure."""
