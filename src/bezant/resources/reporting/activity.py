"""Balance change from activity, itemised: every balance transaction but payouts."""

from bezant.db.queries import load
from bezant.resources.reporting.itemised import COLUMNS, DEFAULT, METADATA
from bezant.resources.reporting.report import Report

REPORT = Report(
    id="balance_change_from_activity.itemized.3",
    name="Itemized balance change from activity",
    version=3,
    query=load("bezant.resources.reporting", "activity.sql").rows,
    columns=COLUMNS,
    default_columns=DEFAULT,
    takes=frozenset({"currency", "reporting_category", "timezone"}),
    metadata=METADATA,
)
