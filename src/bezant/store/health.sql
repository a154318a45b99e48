-- Rows come in one order, so that two who note at once wait for each other and never in a circle.
-- A success is noted once a minute; the row is locked in any case.
-- name: note
insert into endpoint_health as h (book_id, endpoint, succeeded_at, failing_since, failed_at, answer)
select x.book_id, x.endpoint, x.succeeded_at, x.failing_since, x.failed_at, x.answer
from unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[],
            %s::text[])
  as x (book_id, endpoint, succeeded_at, failing_since, failed_at, answer)
order by x.book_id, x.endpoint
on conflict (book_id, endpoint) do update
  set succeeded_at = coalesce(excluded.succeeded_at, h.succeeded_at),
      failing_since = case when excluded.succeeded_at is null
        then coalesce(h.failing_since, greatest(excluded.failing_since, h.succeeded_at)) end,
      failed_at = coalesce(excluded.failed_at, h.failed_at),
      answer = coalesce(excluded.answer, h.answer)
  where excluded.succeeded_at is null or h.failing_since is not null or h.succeeded_at is null
     or excluded.succeeded_at > h.succeeded_at + interval '1 minute'

-- name: lock
insert into endpoint_health as h (book_id, endpoint)
select x.book_id, x.endpoint from unnest(%s::bigint[], %s::text[]) as x (book_id, endpoint)
order by x.book_id, x.endpoint
on conflict (book_id, endpoint) do update set endpoint = excluded.endpoint where false

-- The first of a line is due when nothing that happened to the object before is still to come.
-- name: advance
update delivery d set due_at = %(now)s
from unnest(%(books)s::bigint[], %(endpoints)s::text[], %(objects)s::text[])
  as x (book_id, endpoint, object)
cross join lateral (
  select p.id, p.event, p.event_book, p.due_at from delivery p
  where p.book_id = x.book_id and p.endpoint = x.endpoint and p.object = x.object
    and p.status = 'pending'
  order by p.event, p.id limit 1
) head
where d.book_id = x.book_id and d.id = head.id and head.due_at is null
  and not exists (select from event e join outbox o on o.book_id = e.book_id and o.id = e.id
                  where e.book_id = head.event_book and e.object = x.object
                    and e.id < head.event)

-- name: dead
select book_id, endpoint from endpoint_health
where failing_since <= %(since)s and failed_at >= failing_since + %(span)s
order by failing_since limit %(limit)s

-- name: settle
update endpoint_health set failing_since = null where book_id = %s and endpoint = %s

-- name: several
select h.endpoint, h.succeeded_at, h.failing_since, h.failed_at, h.answer
from unnest(%s::text[]) as x (endpoint)
join endpoint_health h on h.book_id = %s and h.endpoint = x.endpoint
