"""Every named SQL query can be prepared on the real schema: no typing error waits for its day."""

from bezant.db.errors import Error
from bezant.db.pool import connect_sync
from bezant.db.queries import all_queries, numbered


def test_every_named_query_can_be_prepared(database):
    queries = list(all_queries())
    assert queries
    told = []
    with connect_sync(database) as connection:
        for number, query in enumerate(queries):
            try:
                connection.execute(b"prepare query_%d as %s" % (number, numbered(query.sql)))
            except Error as error:
                told.append(f"{query.package}/{query.file} {query.name}: {error}")
    assert not told, "\n".join(told)
