"""Named queries: how files are read, and that every statement of ours holds on the schema."""

import ast

import pytest

from bezant.db.errors import Error
from bezant.db.pool import connect_sync
from bezant.db.queries import all_queries, load, numbered, parse
from bezant.vault.vault import ROLE
from tests.code.source import modules

FILE = """
-- Everything about payouts.

-- name: one
-- By its id.
select * from payout where id = %s;

-- name: late
select * from payout
where name like 'a%%' and due < %(now)s and seen < %(now)s and book = %(book)s
"""


def test_a_file_is_split_at_its_names():
    statements = parse(FILE, "payouts.sql")
    assert list(statements) == ["one", "late"]
    assert statements["one"] == b"-- By its id.\nselect * from payout where id = %s"


def test_parameters_become_numbers():
    assert numbered(b"a = %s and b = %b and c like '%%x'") == b"a = $1 and b = $2 and c like '%x'"
    assert numbered(b"%(now)s, %(book)s, %(now)s") == b"$1, $2, $1"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("select 1", "before the first"),
        ("", "before the first"),
        ("select 1;\n-- name: a\nselect 2", "before the first"),
        ("-- name: a\nselect 1\n-- name: a\nselect 2", "`a` is not a new name"),
        ("-- name: a\n-- name: b\nselect 1", "`a` is not a new name with a statement"),
        ("-- name: \nselect 1", "`` is not a new name"),
        ("-- name: Two Words\nselect 1", "`Two Words` is not"),
    ],
)
def test_a_malformed_file_is_refused(text, complaint):
    with pytest.raises(ValueError, match=complaint):
        parse(text, "file.sql")


def test_an_unknown_name_is_told_with_its_nearest():
    queries = load("bezant.commit", "commit.sql")
    assert queries.commit_batch.startswith(b"select")
    with pytest.raises(AttributeError, match="commit_bach; is it commit_batch"):
        _ = queries.commit_bach


def test_names_may_be_asked_for_at_once():
    names = tuple(load("bezant.commit", "commit.sql"))
    assert tuple(load("bezant.commit", "commit.sql", *names)) == names
    with pytest.raises(ValueError, match="no_such_statement"):
        load("bezant.commit", "commit.sql", *names, "no_such_statement")


def test_every_statement_holds_on_the_schema(database):
    queries = list(all_queries())
    vault = [query for query in queries if query.package == "bezant.vault"]
    others = [query for query in queries if query.package != "bezant.vault"]
    told = [*complaints(database, "bezant_app", others), *complaints(database, ROLE, vault)]
    assert len(queries) > 20
    assert vault
    assert not told, "\n".join(told)


def complaints(database, role, queries):
    """Return what the database says against statements of a role."""
    told = []
    with connect_sync(database, role=role) as connection:
        for query in queries:
            try:
                if query.sql.startswith(b"begin"):  # Not a plan to prepare.
                    connection.execute(query.sql)
                    connection.execute(b"rollback")
                else:
                    connection.execute(b"prepare checked as " + numbered(query.sql))
                    connection.execute(b"deallocate checked")
            except Error as error:
                told.append(f"{query.package}/{query.file} {query.name}: {error}")
    return told


def test_every_name_that_a_module_asks_for_is_known():
    """Where a file's statements are loaded, and where they are imported from there."""
    told = []
    loaded = {variable: queries for module in modules() for variable, queries in loads(module)}
    assert len(loaded) > 5
    for module in modules():
        known = {name.rpartition(".")[2]: loaded[name] for _, name in module.imported()
                 if name in loaded}  # fmt: skip
        known |= {name.rpartition(".")[2]: queries for name, queries in loads(module)}
        told += [
            f"{module.at(node)} {ast.unparse(node)}"
            for node in module.nodes(ast.Attribute)
            if isinstance(node.value, ast.Name) and node.value.id in known
            if not hasattr(known[node.value.id], node.attr)
        ]
    assert not told, "\n".join(told)


def loads(module):
    """The variables of a module that hold a file's statements, by their full names."""
    place = "bezant." + module.name.removesuffix(".py").replace("/", ".")
    for node in module.nodes(ast.Assign):
        call = node.value
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "load":
            queries = load(place.rpartition(".")[0], call.args[1].value)
            yield f"{place}.{node.targets[0].id}", queries
