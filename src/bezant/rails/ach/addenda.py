"""The addenda records (7) of a NACHA file: payment details, returns, disputes about them, changes.

Columns of the disputed kinds follow the operating rules' layouts for dishonored and contested
returns and for refused notices of change.
"""

from bezant.rails.ach.layout import Layout, layout

ADDENDA = layout(
    "addenda",
    ("type", 1, "digits"),
    ("addenda type", 2, "digits"),
    ("information", 80, "text"),
    ("sequence", 4, "text"),
    ("entry sequence", 7, "digits"),
)

OTHER_ADDENDA = layout(
    "addenda",
    ("type", 1, "digits"),
    ("addenda type", 2, "digits"),
    ("information", 91, "text"),
)

CHANGE = layout(
    "change notice",
    ("type", 1, "digits"),
    ("addenda type", 2, "digits"),
    ("code", 3, "text"),
    ("original trace", 15, "digits"),
    ("reserved", 6, "text"),
    ("original rdfi", 8, "digits or blank"),
    ("corrected", 29, "text"),
    ("reserved too", 15, "text"),
    ("trace", 15, "digits"),
)

REFUSED_CHANGE = layout(
    "refused change notice",
    ("type", 1, "digits"),
    ("addenda type", 2, "digits"),
    ("code", 3, "text"),
    ("original trace", 15, "digits"),
    ("reserved", 6, "text"),
    ("original rdfi", 8, "digits or blank"),
    ("corrected", 29, "text"),
    ("change code", 3, "text"),
    ("change sequence", 7, "digits or blank"),
    ("reserved too", 5, "text"),
    ("trace", 15, "digits"),
)

RETURN = layout(
    "return",
    ("type", 1, "digits"),
    ("addenda type", 2, "digits"),
    ("code", 3, "text"),
    ("original trace", 15, "digits"),
    ("date of death", 6, "text"),
    ("original rdfi", 8, "digits or blank"),
    ("information", 44, "text"),
    ("trace", 15, "digits"),
)

DISHONORED = layout(
    "dishonored return",
    ("type", 1, "digits"),
    ("addenda type", 2, "digits"),
    ("code", 3, "text"),
    ("original trace", 15, "digits"),
    ("reserved", 6, "text"),
    ("original rdfi", 8, "digits or blank"),
    ("reserved too", 3, "text"),
    ("return trace", 15, "digits or blank"),
    ("return day", 3, "digits or blank"),
    ("return code", 2, "digits or blank"),
    ("information", 21, "text"),
    ("trace", 15, "digits"),
)

CONTESTED = layout(
    "contested return",
    ("type", 1, "digits"),
    ("addenda type", 2, "digits"),
    ("code", 3, "text"),
    ("original trace", 15, "digits"),
    ("returned on", 6, "digits or blank"),
    ("original rdfi", 8, "digits or blank"),
    ("original day", 3, "digits or blank"),
    ("return trace", 15, "digits or blank"),
    ("return day", 3, "digits or blank"),
    ("return code", 2, "digits or blank"),
    ("dishonored trace", 15, "digits or blank"),
    ("dishonored day", 3, "digits or blank"),
    ("dishonored code", 2, "digits or blank"),
    ("reserved", 1, "text"),
    ("trace", 15, "digits"),
)

_SPECIAL = {
    **dict.fromkeys((f"99R6{digit}" for digit in range(10)), DISHONORED),
    "99R70": DISHONORED,
    **dict.fromkeys((f"99R7{digit}" for digit in range(1, 10)), CONTESTED),
    **dict.fromkeys((f"98C6{digit}" for digit in range(10)), REFUSED_CHANGE),
}
_BY_TYPE = {"05": ADDENDA, "98": CHANGE, "99": RETURN}

TYPES = frozenset({"02", "05", "98", "99", *(str(number) for number in range(10, 19))})


def layout_of(line: str) -> Layout:
    """Return the layout of an addenda record, by its type and the code that it gives."""
    kind = line[1:3]
    if kind == "05":
        return ADDENDA
    return _SPECIAL.get(line[1:6]) or _BY_TYPE.get(kind, OTHER_ADDENDA)
