"""Countries by their ISO 3166-1 codes, as the page offers them."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def countries() -> Mapping[str, str]:
    """Return the names of all countries by their codes, in the order of the names."""
    text = (files("bezant.resources.core") / "countries.csv").read_text("utf-8")
    return {row["code"]: row["name"] for row in csv.DictReader(text.splitlines())}
