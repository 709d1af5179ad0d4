"""The log's document is worked through with figures that are computed anew."""

from __future__ import annotations

from draw_stage import ROOT

from oversight.ledger.policy import parse_policy
from oversight.ledger.proofs import check_tlog_proof, parse_tlog_proof
from oversight.ledger.rules import leaf_hash
from oversight.ledger.signed_checkpoint import log_verifiers
from scripts import ledger_example

TEXT = (ROOT / "api_spec" / "documents" / "ledger.md").read_text(encoding="utf-8")


def test_every_figure_of_the_logs_worked_example_is_computed_anew():
    assert ledger_example.written() == TEXT


def test_the_proof_in_the_document_proves_its_entry_under_log_and_witness():
    text = TEXT.rpartition("(.tlog-proof)**\n\n```\n")[2].partition("```")[0]
    leaf = leaf_hash(ledger_example.entries()[ledger_example.INDEX])
    logs = log_verifiers(ledger_example.ORIGIN, [ledger_example.LOG.public], [])
    policy = parse_policy(ledger_example.policy())
    proof = parse_tlog_proof(text)
    checkpoint, opened = check_tlog_proof(
        proof, leaf, ledger_example.ORIGIN, logs, policy.cosigners()
    )
    assert checkpoint.size == len(ledger_example.entries())
    assert policy.is_satisfied({key for key, _ in opened.cosigned})
