"""Balance transactions: each type is one that clients know, and has its category in reports."""

import gzip
import json
from pathlib import Path

from bezant.resources.core.balance_transactions import REPORTING_CATEGORIES

SURFACE = Path(__file__).parents[1] / "conformance" / "surface.json.gz"


def test_every_type_is_one_that_clients_know() -> None:
    surface = json.loads(gzip.decompress(SURFACE.read_bytes()))
    known = surface["resources"]["BalanceTransaction"]["fields"]["type"][0]["enum"]
    assert sorted(REPORTING_CATEGORIES.keys() - set(known)) == []
    assert all(REPORTING_CATEGORIES.values())
