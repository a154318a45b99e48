"""Parameters that the API knows and that are not offered here: refused in plain words."""

from typing import NoReturn

from bezant.api.params import Check
from bezant.kernel.errors import InvalidRequest


def refused(why: str) -> Check:
    """Return a rule that refuses whatever is sent; `why` is a whole sentence."""

    def refuse(_text: str, param: str) -> NoReturn:
        raise InvalidRequest(why, param=param)

    return Check(refuse)
