-- One relay works at a time: the lock goes with its database transaction, however that ends.
-- name: lock
select pg_try_advisory_xact_lock(%s)

-- name: take
delete from outbox o
using (select book_id, id from outbox where (book_id, id) > (%s, %s)
       order by book_id, id limit %s) x
join event e on e.book_id = x.book_id and e.id = x.id
where o.book_id = x.book_id and o.id = x.id
returning e.book_id, e.id, e.type, e.object, e.body

-- name: platforms
select a.id, a.book_id from object a
where a.kind = 'account' and a.id = any(%s::text[])
  and a.book_id in (select book_id from object
                    where kind in ('webhook_endpoint', 'v2.core.event_destination')
                      and status = 'enabled' and not deleted)

-- name: endpoints
select book_id, id, body, hidden from object
where book_id = any(%s::bigint[]) and kind in ('webhook_endpoint', 'v2.core.event_destination')
  and status = 'enabled' and not deleted
order by book_id, id

-- Deliveries that stand in line for an object are due when `advance` says so.
-- name: deliver
insert into delivery (book_id, id, event_book, event, endpoint, object, due_at, status, created)
select x.book, x.id, x.event_book, x.event, x.endpoint, x.object,
       case when x.object is null then %s::timestamptz end, 'pending', %s
from unnest(%s::bigint[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[])
  as x (book, id, event_book, event, endpoint, object)
on conflict (book_id, id) do nothing
