"""Parties, people, posts, tokens, signing keys, sessions."""

from oversight.database_migrations import SqlMigration

ID = "oversight_0002_identity"

TABLES = (
    "CREATE TABLE party (id VARCHAR(36) PRIMARY KEY NOT NULL, role VARCHAR(40) NOT NULL,"
    " name VARCHAR(200) NOT NULL, uscc VARCHAR(18) NOT NULL, act VARCHAR(36) NOT NULL)",
    "CREATE UNIQUE INDEX party_one_center ON party (role) WHERE role = 'trading_center'",
    "CREATE TABLE person (id VARCHAR(36) PRIMARY KEY NOT NULL,"
    " party VARCHAR(36) NOT NULL REFERENCES party (id), name {bytes} NOT NULL,"
    " login {bytes} UNIQUE, password VARCHAR(200) NOT NULL, act VARCHAR(36) NOT NULL)",
    "CREATE INDEX person_party ON person (party)",
    "CREATE TABLE person_post (person VARCHAR(36) NOT NULL REFERENCES person (id),"
    " post VARCHAR(40) NOT NULL, act VARCHAR(36) NOT NULL, PRIMARY KEY (person, post))",
    "CREATE TABLE api_token (id VARCHAR(36) PRIMARY KEY NOT NULL,"
    " person VARCHAR(36) NOT NULL REFERENCES person (id), digest {bytes} UNIQUE NOT NULL,"
    " expires_at TIMESTAMPTZ NOT NULL, revoked_act VARCHAR(36), act VARCHAR(36) NOT NULL)",
    "CREATE INDEX api_token_person ON api_token (person)",
    "CREATE TABLE signing_key (key VARCHAR(44) PRIMARY KEY NOT NULL,"
    " party VARCHAR(36) NOT NULL REFERENCES party (id), registered_at TIMESTAMPTZ NOT NULL,"
    " revoked_act VARCHAR(36), reason VARCHAR(20) NOT NULL, act VARCHAR(36) NOT NULL)",
    "CREATE INDEX signing_key_party ON signing_key (party)",
    "CREATE TABLE session (digest {bytes} PRIMARY KEY NOT NULL, request {bytes} UNIQUE NOT NULL,"
    " person VARCHAR(36) NOT NULL REFERENCES person (id), expires_at TIMESTAMPTZ NOT NULL)",
    "CREATE INDEX session_expires ON session (expires_at)",
    "CREATE TABLE wrong_password (login {bytes} PRIMARY KEY NOT NULL, times INTEGER NOT NULL,"
    " last_at TIMESTAMPTZ NOT NULL)",
)
BYTES = {"sqlite": "BLOB", "postgres": "BYTEA"}


async def forwards() -> SqlMigration:
    """Return the migration."""
    statements = {
        dialect: [table.format(bytes=word) for table in TABLES] for dialect, word in BYTES.items()
    }
    return SqlMigration(ID, "oversight", __doc__ or "", statements)
