"""Payout reconciliation, itemised: what each payout of a time consists of.

Payouts that were asked for are among them, each with its own transaction and what came back of it.
"""

from bezant.db.queries import load
from bezant.resources.reporting.itemised import COLUMNS, DEFAULT, METADATA
from bezant.resources.reporting.report import Report

REPORT = Report(
    id="payout_reconciliation.itemized.5",
    name="Itemized payout reconciliation",
    version=5,
    query=load("bezant.resources.reporting", "payout_reconciliation.sql").rows,
    columns={
        **COLUMNS,
        "trace_id": "r.payout #>> '{trace_id,value}'",
        "trace_id_status": "r.payout #>> '{trace_id,status}'",
    },
    default_columns=("automatic_payout_id", "automatic_payout_effective_at", *DEFAULT),
    takes=frozenset({"currency", "reporting_category", "timezone"}),
    metadata=METADATA,
)
