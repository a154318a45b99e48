"""Lists of what is known beforehand: small sets of objects that are not in the database."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from bezant.api.pages import ListParams, Page, check_cursors
from bezant.api.params import Params
from bezant.api.refusals import no_such


class ListKnown(Params):
    """What such a list takes: there is no time of creation."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 10
    starting_after: str | None = None
    ending_before: str | None = None


def page_of_known(known: Mapping[str, str], params: ListKnown, title: str) -> Page:
    """Return a page of bodies that are known by id, in the order of the mapping.

    Raises InvalidRequest for a cursor that is not among the ids.
    """
    after, before = params.starting_after, params.ending_before
    check_cursors(ListParams(starting_after=after, ending_before=before))
    names = list(known)
    for param, cursor in (("starting_after", after), ("ending_before", before)):
        if cursor is not None and cursor not in known:
            raise no_such(title, cursor, param)
    if before is not None:
        end = names.index(before)
        start = max(end - params.limit, 0)
        return Page([known[name] for name in names[start:end]], has_more=start > 0)
    start = 0 if after is None else names.index(after) + 1
    end = start + params.limit
    return Page([known[name] for name in names[start:end]], has_more=end < len(names))
