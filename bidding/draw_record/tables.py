"""Rows of requests for the auditor's file."""

from piccolo.columns import Varchar
from piccolo.table import Table


class AuditorFileRelease(Table, tablename="auditor_file_release"):
    """Who asked for a draw's auditor's file, and who released it; one a draw."""

    draw = Varchar(length=36, primary_key=True)
    party = Varchar(length=36)  # whose auditor asked
    person = Varchar(length=36)  # who asked
    act = Varchar(length=36)
    approver = Varchar(length=36)  # who released it; empty before
    approver_party = Varchar(length=36)  # empty before
    approval = Varchar(length=36)  # act that released it; empty before
