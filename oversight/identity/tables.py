"""Rows about parties, people and credentials. Ids are UUIDv7 texts; `act` says who wrote a row."""

from piccolo.columns import Bytea, Integer, Timestamptz, Varchar
from piccolo.table import Table


class Party(Table, tablename="party"):
    """An organisation, or the public; never edited."""

    id = Varchar(length=36, primary_key=True)
    role = Varchar(length=40)
    name = Varchar(length=200)  # an organisation's public name
    uscc = Varchar(length=18)  # unified social credit code, or empty
    act = Varchar(length=36)


class Person(Table, tablename="person"):
    """Somebody who acts for a party."""

    id = Varchar(length=36, primary_key=True)
    party = Varchar(length=36)
    name = Bytea()  # sealed field; context "person/name/<id>"
    login = Bytea(null=True, default=None)  # blind index of the login; None: no password yet
    password = Varchar(length=200)  # argon2id in PHC form, or empty
    act = Varchar(length=36)


class PersonPost(Table, tablename="person_post"):
    """A post that a person holds now; the log keeps the past ones."""

    person = Varchar(length=36, primary_key=True)  # key with post
    post = Varchar(length=40)
    act = Varchar(length=36)


class ApiToken(Table, tablename="api_token"):
    """A credential for programs; the token itself is nowhere."""

    id = Varchar(length=36, primary_key=True)
    person = Varchar(length=36)
    digest = Bytea()  # SHA-256 of the token, 32 bytes
    expires_at = Timestamptz()
    revoked_act = Varchar(length=36, null=True, default=None)
    act = Varchar(length=36)


class SigningKey(Table, tablename="signing_key"):
    """A party's Ed25519 key, with proof that somebody in the party holds it."""

    key = Varchar(length=44, primary_key=True)  # base64 of the 32-byte public key
    party = Varchar(length=36)
    registered_at = Timestamptz()
    revoked_act = Varchar(length=36, null=True, default=None)
    reason = Varchar(length=20)  # of the revocation, or empty
    act = Varchar(length=36)


class Session(Table, tablename="session"):
    """A short-lived credential got for a password. No domain row: made outside of acts."""

    digest = Bytea(primary_key=True)  # SHA-256 of the token, 32 bytes
    request = Bytea()  # SHA-256 of person and Idempotency-Key, unique: a token is shown once
    person = Varchar(length=36)
    expires_at = Timestamptz()


class WrongPassword(Table, tablename="wrong_password"):
    """How often in a row a login was tried in vain. No domain row."""

    login = Bytea(primary_key=True)  # blind index of the login, whether it exists or not
    times = Integer()
    last_at = Timestamptz()
