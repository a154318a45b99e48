-- name: horizon
-- Whether this is the only sealer, and below which xid every database transaction is over.
select pg_try_advisory_xact_lock(7091324617), pg_snapshot_xmin(pg_current_snapshot())::text::bigint

-- name: probes
-- A window is small beside the tables: its rows are looked up, whatever the planner believes of
-- tables that nobody has analyzed yet.
select set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
       set_config('enable_mergejoin', 'off', true)

-- name: latest
select n, from_xid, to_xid, entries, moves, totals, root, previous, digest, sealed_at
from seal order by n desc limit 1

-- name: count_window
select count(*) from entry where xid >= %s and xid < %s

-- name: leaves
select digest, micros(recorded_at), xid, book_id, id from entry
where xid >= %s and xid < %s order by book_id, id

-- name: totals
select a.currency, count(*), coalesce(sum(m.amount) filter (where m.phase = 0), 0)
from entry e
join move m on m.book_id = e.book_id and m.entry_id = e.id
join account a on a.book_id = m.book_id and a.account_id = m.debit
where e.xid >= %s and e.xid < %s group by a.currency order by a.currency

-- name: write
insert into seal (n, from_xid, to_xid, entries, moves, totals, root, previous, digest, sealed_at)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)

-- name: sealed_entry
select e.digest, e.recorded_at, e.xid, s.n, s.root, s.from_xid, s.to_xid
from entry e join seal s on s.from_xid <= e.xid and s.to_xid > e.xid
where e.book_id = %s and e.id = %s
