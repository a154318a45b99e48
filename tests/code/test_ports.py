"""Time and randomness come through two ports, so that a seed and a virtual clock govern all.

Only kernel/clock.py reads a clock and only kernel/entropy.py draws random bits; the database
does neither.
"""

import ast
import re

from tests.code.source import PACKAGE, modules, sql_files, without_comments

PORTS = {"kernel/clock.py", "kernel/entropy.py"}
MODULES = {"random", "secrets", "time", "uuid"}
CALLS = {
    "asyncio.sleep",
    "date.today",
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.now",
    "datetime.today",
    "datetime.utcnow",
    "loop.time",
    "os.getrandom",
    "os.urandom",
}
SQL = re.compile(
    r"""(?<![.\w]) (?: now \s* \( \s* \)
      | (?: clock | statement | transaction ) _timestamp \s* \(
      | current_ (?: timestamp | date | time ) \b | localtime (?: stamp )? \b | timeofday \s* \(
      | random (?: _normal )? \s* \( | gen_random_ (?: uuid | bytes ) \s* \( | uuidv[47] \s* \(
      )""",
    re.IGNORECASE | re.VERBOSE,
)


def test_no_module_reads_a_clock_or_draws_random_bits():
    told = []
    for module in modules():
        if module.name in PORTS:
            continue
        told += [f"{module.at(at)} imports {name}" for at, name in module.imported()
                 if name in MODULES]  # fmt: skip
        told += [f"{module.at(call)} calls {ast.unparse(call.func)}"
                 for call in module.nodes(ast.Call) if ast.unparse(call.func) in CALLS]  # fmt: skip
    assert not told, "\n".join(told)


def test_no_sql_reads_a_clock_or_draws_random_bits():
    told = []
    for path in sql_files():
        lines = without_comments(path.read_text()).splitlines()
        told += [f"{path.relative_to(PACKAGE)}:{number} {line.strip()}"
                 for number, line in enumerate(lines, 1) if SQL.search(line)]  # fmt: skip
    told += [f"{module.at(string)} {string.value.strip()}"
             for module in modules() for string in module.strings()
             if SQL.search(string.value)]  # fmt: skip
    assert not told, "\n".join(told)


def test_the_pattern_knows_what_it_looks_for():
    for sql in ("select now()", "default current_timestamp", "Clock_Timestamp()", "uuidv7()"):
        assert SQL.search(sql), sql
    for sql in ("known()", "clock.now()", "select current_user", "renow ()", "randomly"):
        assert not SQL.search(sql), sql
