"""Values: canonical bytes, digests, identifiers, instants, calendars, money, names. All of it pure."""
