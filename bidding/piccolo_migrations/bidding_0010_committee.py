"""Committees: a body, the lots that it decides on, and its place in the line of its kind."""

from oversight.database_migrations import SqlMigration

ID = "bidding_0010_committee"

STATEMENTS = (
    "CREATE TABLE committee ("
    " id VARCHAR(36) PRIMARY KEY NOT NULL,"
    " tender VARCHAR(200) NOT NULL,"
    " body VARCHAR(64) NOT NULL,"
    " number INTEGER NOT NULL CHECK (number >= 1),"
    " predecessor VARCHAR(36) UNIQUE REFERENCES committee (id),"
    " rulebook VARCHAR(40) NOT NULL,"
    " size INTEGER NOT NULL CHECK (size >= 1),"
    " representatives INTEGER NOT NULL CHECK (representatives >= 0),"
    " party VARCHAR(36) NOT NULL,"
    " act VARCHAR(36) NOT NULL)",
    "CREATE INDEX committee_tender ON committee (tender, id)",
    "CREATE TABLE committee_lot ("
    " id VARCHAR(36) PRIMARY KEY NOT NULL,"
    " committee VARCHAR(36) NOT NULL REFERENCES committee (id),"
    " tender VARCHAR(200) NOT NULL,"
    " lot VARCHAR(200) NOT NULL,"
    " body VARCHAR(64) NOT NULL,"
    " number INTEGER NOT NULL,"
    " act VARCHAR(36) NOT NULL,"
    " UNIQUE (tender, lot, body, number))",
    "CREATE INDEX committee_lot_committee ON committee_lot (committee)",
)


async def forwards() -> SqlMigration:
    return SqlMigration(ID, "bidding", "committees", {"sqlite": STATEMENTS, "postgres": STATEMENTS})
