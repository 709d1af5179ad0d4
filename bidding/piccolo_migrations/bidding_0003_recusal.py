"""Declared recusals and absences."""

from oversight.database_migrations import SqlMigration

ID = "bidding_0003_recusal"

STATEMENTS = (
    "CREATE TABLE recusal (id VARCHAR(36) PRIMARY KEY NOT NULL,"
    " expert VARCHAR(36) NOT NULL REFERENCES expert (id), ground VARCHAR(30) NOT NULL,"
    " uscc VARCHAR(18) NOT NULL, name VARCHAR(120) NOT NULL, plain VARCHAR(120) NOT NULL,"
    " subject VARCHAR(200) NOT NULL, declared_at TIMESTAMPTZ NOT NULL, lifted_at TIMESTAMPTZ,"
    " act VARCHAR(36) NOT NULL,"
    " CHECK ((subject = '') <> (uscc = '' AND plain = '')))",
    "CREATE INDEX recusal_expert ON recusal (expert)",
    "CREATE INDEX recusal_uscc ON recusal (uscc)",
    "CREATE INDEX recusal_plain ON recusal (plain)",
    "CREATE INDEX recusal_subject ON recusal (subject)",
    "CREATE TABLE absence (id VARCHAR(36) PRIMARY KEY NOT NULL,"
    " expert VARCHAR(36) NOT NULL REFERENCES expert (id), begins DATE NOT NULL,"
    " ends DATE NOT NULL, declared_at TIMESTAMPTZ NOT NULL, lifted_at TIMESTAMPTZ,"
    " act VARCHAR(36) NOT NULL, CHECK (begins <= ends))",
    "CREATE INDEX absence_expert ON absence (expert)",
    "CREATE INDEX absence_days ON absence (begins, ends)",
)


async def forwards() -> SqlMigration:
    """Make the two tables."""
    return SqlMigration(
        ID, "bidding", "recusals and absences", {"sqlite": STATEMENTS, "postgres": STATEMENTS}
    )
