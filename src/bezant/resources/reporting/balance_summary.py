"""Balance summary: what an account had, what came and went, and what it had in the end."""

from bezant.db.queries import load
from bezant.resources.reporting.report import Report, major

REPORT = Report(
    id="balance.summary.1",
    name="Balance summary",
    version=1,
    query=load("bezant.resources.reporting", "balance_summary.sql").rows,
    columns={
        "category": "r.category",
        "description": "r.description",
        "net_amount": major("r.net"),
        "currency": "r.currency",
    },
    default_columns=("category", "description", "net_amount", "currency"),
)
