"""Inviting those who were drawn: invitations, tries, hashes of secrets, messages that wait."""

from oversight.database_migrations import SqlMigration, append_only

ID = "bidding_0022_contact"


def statements(blob: str) -> tuple[str, ...]:
    """Return the schema with the dialect's word for bytes."""
    return (
        "CREATE TABLE gateway_message ("
        " id VARCHAR(32) PRIMARY KEY NOT NULL,"
        " channel VARCHAR(8) NOT NULL,"
        f" body {blob} NOT NULL,"
        " state VARCHAR(8) NOT NULL,"
        " sends INTEGER NOT NULL,"
        " due_at TIMESTAMPTZ NOT NULL,"
        " expires_at TIMESTAMPTZ NOT NULL,"
        " taken_at TIMESTAMPTZ)",
        "CREATE INDEX gateway_message_due ON gateway_message (due_at) WHERE state = 'waiting'",
        "CREATE TABLE contact ("
        " draw VARCHAR(36) PRIMARY KEY NOT NULL REFERENCES draw (id),"
        " hour INTEGER NOT NULL CHECK (hour BETWEEN 0 AND 23),"
        " hours INTEGER NOT NULL CHECK (hours >= 1),"
        " region VARCHAR(6) NOT NULL,"
        " opened_at TIMESTAMPTZ NOT NULL,"
        " person VARCHAR(36) NOT NULL,"
        " act VARCHAR(36) NOT NULL)",
        "CREATE TABLE invitation ("
        " id VARCHAR(64) PRIMARY KEY NOT NULL,"
        " draw VARCHAR(36) NOT NULL REFERENCES contact (draw),"
        " line INTEGER NOT NULL CHECK (line >= 0),"
        " round INTEGER NOT NULL CHECK (round >= 1),"
        " pace VARCHAR(10) NOT NULL,"
        " state VARCHAR(12) NOT NULL,"
        " invited_at TIMESTAMPTZ NOT NULL,"
        " act VARCHAR(36) NOT NULL,"
        " UNIQUE (draw, line))",
        "CREATE TABLE invitation_try ("
        " id VARCHAR(80) PRIMARY KEY NOT NULL,"
        " invitation VARCHAR(64) NOT NULL REFERENCES invitation (id),"
        " round INTEGER NOT NULL,"
        " number INTEGER NOT NULL CHECK (number >= 1),"
        " channel VARCHAR(8) NOT NULL,"
        " message VARCHAR(32) NOT NULL UNIQUE,"
        " made_at TIMESTAMPTZ NOT NULL,"
        " outcome VARCHAR(12) NOT NULL,"
        " ended_at TIMESTAMPTZ,"
        " act VARCHAR(36) NOT NULL,"
        " UNIQUE (invitation, number))",
        "CREATE TABLE answer_secret ("
        f" digest {blob} PRIMARY KEY NOT NULL,"
        " invitation VARCHAR(64) NOT NULL REFERENCES invitation (id),"
        " round INTEGER NOT NULL,"
        " purpose VARCHAR(8) NOT NULL,"
        " expires_at TIMESTAMPTZ NOT NULL,"
        " used_at TIMESTAMPTZ)",
        "CREATE TABLE wrong_secret ("
        f" source {blob} PRIMARY KEY NOT NULL,"
        " times INTEGER NOT NULL,"
        " last_at TIMESTAMPTZ NOT NULL)",
    )


async def forwards() -> SqlMigration:
    """Return the migration."""
    kept = append_only(("contact",))
    return SqlMigration(
        ID,
        "bidding",
        __doc__ or "",
        {
            "sqlite": (*statements("BLOB"), *kept["sqlite"]),
            "postgres": (*statements("BYTEA"), *kept["postgres"]),
        },
    )
