"""What a command said."""

import json
from typing import NamedTuple
from urllib.parse import quote

from psycopg.conninfo import conninfo_to_dict


def address(url):
    """A database's address as settings take it, from any that the driver does."""
    parts = conninfo_to_dict(url)
    return f"postgresql://{parts['user']}@/{parts['dbname']}?host={quote(parts['host'], safe='')}"


class Said(NamedTuple):
    """An exit code and both streams."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        """What is on standard output, which must be JSON and nothing else."""
        assert self.err == "", self.err
        return json.loads(self.out)

    @property
    def rows(self):
        """The words of each line on standard output."""
        return [line.split() for line in self.out.splitlines()]

    def row(self, *beginning):
        """The words of the one line that begins with these."""
        found = [words for words in self.rows if words[: len(beginning)] == list(beginning)]
        assert len(found) == 1, (beginning, self.out)
        return found[0]

    @property
    def problem(self):
        """What went wrong: one line on standard error, and nothing else anywhere."""
        assert self.out == "", self.out
        assert self.err.startswith("bezant: "), self.err
        assert self.err.count("\n") == 1, self.err
        return self.err.removeprefix("bezant: ").rstrip("\n")
