"""Indexes: none stands in the way of a look-up by primary key, whatever the planner believes."""

from bezant.db.pool import connect_sync

OTHERS = b"""
select c.relname
from pg_index i
join pg_class c on c.oid = i.indexrelid
join pg_class t on t.oid = i.indrelid and t.relkind = 'r'
join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
join pg_attribute b on b.attrelid = i.indrelid and b.attnum = i.indkey[1]
where a.attname = 'book_id' and not i.indisprimary and i.indpred is null
  and b.attname <> 'created'  -- moments are too many to be passed over cheaply
  and t.relnamespace = 'public'::regnamespace
order by 1
"""
WHOLE = ["account_path", "move_credit", "move_debit"]
"""Unique ones, which are no narrower than their table's primary key, or older."""

KEYS = {
    "account": "(bigint, bigint) as select from account where book_id = $1 and account_id = $2",
    "entry": "(bigint, text) as select from entry where book_id = $1 and id = $2",
    "event": "(bigint, text) as select from event where book_id = $1 and id = $2",
    "delivery": "(bigint, text) as select from delivery where book_id = $1 and id = $2",
    "object": "(bigint, text, text) as select from object "
    "where book_id = $1 and kind = $2 and id = $3",
}


def test_indexes_that_begin_with_the_book_are_partial(database):
    with connect_sync(database) as connection:
        found = [name for (name,) in connection.execute(OTHERS).fetchall()]
    assert found == WHOLE


def test_a_plan_made_on_empty_tables_looks_up_by_primary_key(database):
    with connect_sync(database) as connection:
        connection.execute(b"set plan_cache_mode = force_generic_plan")
        connection.execute(b"set enable_seqscan = off")
        for table, lookup in KEYS.items():
            connection.execute(f"prepare by_key_of_{table} {lookup}".encode())
            values = ", ".join("'1'" for _ in range(lookup.count("$")))
            ask = f"explain execute by_key_of_{table}({values})".encode()
            lines = [line for (line,) in connection.execute(ask).fetchall()]
            used = [line.split(" using ")[1].split()[0] for line in lines if " using " in line]
            assert used, f"{table} is looked up by an index: {lines}"
            assert all(name.endswith("_pkey") for name in used), used
