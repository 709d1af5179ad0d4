"""The expert pool: experts, their specialties, former employers, standing."""

from oversight.database_migrations import SqlMigration

ID = "bidding_0002_roster"

WORDS = {
    "sqlite": {"bytes": "BLOB", "serial": "INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"},
    "postgres": {"bytes": "BYTEA", "serial": "BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY"},
}
STATUSES = "'proposed', 'admitted', 'declined', 'suspended', 'removed', 'retired'"
TABLES = (
    "CREATE TABLE expert (id VARCHAR(36) PRIMARY KEY NOT NULL,"
    f" status VARCHAR(10) NOT NULL CHECK (status IN ({STATUSES})),"
    " sealed_name {bytes} NOT NULL, sealed_id_number {bytes} NOT NULL,"
    " sealed_phone {bytes} NOT NULL, name_index {bytes} NOT NULL,"
    " id_number_index {bytes} NOT NULL, phone_index {bytes} NOT NULL,"
    " employer_name VARCHAR(120) NOT NULL, employer_plain VARCHAR(120) NOT NULL,"
    " employer_uscc VARCHAR(18) NOT NULL, region VARCHAR(6) NOT NULL, specialties TEXT NOT NULL,"
    " title VARCHAR(50) NOT NULL, years INTEGER NOT NULL, birth_year INTEGER NOT NULL,"
    " term_until DATE, trained_on DATE, person VARCHAR(36) NOT NULL DEFAULT '',"
    " registrar VARCHAR(36) NOT NULL,"
    " registered_at TIMESTAMPTZ NOT NULL, act VARCHAR(36) NOT NULL)",
    "CREATE UNIQUE INDEX expert_id_number ON expert (id_number_index)",
    "CREATE INDEX expert_name ON expert (name_index)",
    "CREATE INDEX expert_phone ON expert (phone_index)",
    "CREATE INDEX expert_status ON expert (status, id)",
    "CREATE INDEX expert_act ON expert (act)",
    "CREATE TABLE expert_specialty (code VARCHAR(20) NOT NULL,"
    " expert VARCHAR(36) NOT NULL REFERENCES expert (id), act VARCHAR(36) NOT NULL,"
    " PRIMARY KEY (code, expert))",
    "CREATE INDEX expert_specialty_expert ON expert_specialty (expert)",
    "CREATE TABLE former_employer (id {serial},"
    " expert VARCHAR(36) NOT NULL REFERENCES expert (id), name VARCHAR(120) NOT NULL,"
    " plain VARCHAR(120) NOT NULL, uscc VARCHAR(18) NOT NULL, until DATE,"
    " act VARCHAR(36) NOT NULL)",
    "CREATE INDEX former_employer_expert ON former_employer (expert)",
    "CREATE INDEX former_employer_uscc ON former_employer (uscc)",
    "CREATE INDEX former_employer_plain ON former_employer (plain)",
    "CREATE TABLE standing_change (id {serial},"
    " expert VARCHAR(36) NOT NULL REFERENCES expert (id), step VARCHAR(10) NOT NULL,"
    " status VARCHAR(10) NOT NULL, reason VARCHAR(40) NOT NULL, person VARCHAR(36) NOT NULL,"
    " at TIMESTAMPTZ NOT NULL, act VARCHAR(36) NOT NULL)",
    "CREATE INDEX standing_change_expert ON standing_change (expert, id)",
)


async def forwards() -> SqlMigration:
    """Make the tables."""
    return SqlMigration(
        ID,
        "bidding",
        "expert pool",
        {
            dialect: tuple(statement.format(**words) for statement in TABLES)
            for dialect, words in WORDS.items()
        },
    )
