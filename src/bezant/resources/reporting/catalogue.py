"""The catalogue: every report that can be run."""

from collections.abc import Mapping

from bezant.resources.reporting import (
    activity,
    balance_summary,
    error_digest,
    payout_reconciliation,
)
from bezant.resources.reporting.report import Report, of_connected

REPORTS: Mapping[str, Report] = {
    report.id: report
    for report in (
        balance_summary.REPORT,
        activity.REPORT,
        payout_reconciliation.REPORT,
        of_connected(activity.REPORT),
        of_connected(payout_reconciliation.REPORT),
        error_digest.REPORT,
    )
}
