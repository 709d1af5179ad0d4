"""The pool's rows. Name, id number and phone are sealed; equal values meet in blind indexes."""

from piccolo.columns import BigSerial, Bytea, Date, Integer, Text, Timestamptz, Varchar
from piccolo.table import Table


class Expert(Table, tablename="expert"):
    """One person of the pool, as he stands now."""

    id = Varchar(length=36, primary_key=True)  # UUIDv7
    status = Varchar(length=10)  # rules.Status
    sealed_name = Bytea()  # AES-256-GCM; context expert/name/<id>
    sealed_id_number = Bytea()  # context expert/id_number/<id>
    sealed_phone = Bytea()  # context expert/phone/<id>
    name_index = Bytea()  # 32 bytes, blind index
    id_number_index = Bytea()  # 32 bytes, blind index, unique
    phone_index = Bytea()  # 32 bytes, blind index
    employer_name = Varchar(length=120)
    employer_plain = Varchar(length=120)  # as matching compares it
    employer_uscc = Varchar(length=18)  # empty: none
    region = Varchar(length=6)  # GB/T 2260
    specialties = Text()  # claimed and, once admitted, admitted codes: sorted, joined by commas
    title = Varchar(length=50)
    years = Integer()  # whole years in the profession, as of the registration
    birth_year = Integer()
    term_until = Date(null=True, default=None)  # last day of the appointment; null: open
    trained_on = Date(null=True, default=None)  # last training
    person = Varchar(length=36, default="")  # his own account here; empty: none
    registrar = Varchar(length=36)  # person who registered or proposed him; another one admits
    registered_at = Timestamptz()
    act = Varchar(length=36)  # act that registered him


class ExpertSpecialty(Table, tablename="expert_specialty"):
    """A specialty for which an expert is admitted; gone when he leaves the pool."""

    code = Varchar(length=20, primary_key=True)  # key with expert
    expert = Varchar(length=36)
    act = Varchar(length=36)  # act that admitted him


class FormerEmployer(Table, tablename="former_employer"):
    """An employer that the expert has left."""

    id = BigSerial(primary_key=True)
    expert = Varchar(length=36)
    name = Varchar(length=120)
    plain = Varchar(length=120)  # as matching compares it
    uscc = Varchar(length=18)  # empty: not known
    until = Date(null=True, default=None)  # last day there; null: not known
    act = Varchar(length=36)


class StandingChange(Table, tablename="standing_change"):
    """A step in an expert's standing, with its coded reason."""

    id = BigSerial(primary_key=True)
    expert = Varchar(length=36)
    step = Varchar(length=10)  # rules.Step
    status = Varchar(length=10)  # after it
    reason = Varchar(length=40)  # code; empty where none is asked
    person = Varchar(length=36)  # who decided
    at = Timestamptz()
    act = Varchar(length=36)
