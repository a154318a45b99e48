-- A look at what is due comes first, so that an endpoint with many deliveries gets its share and
-- no more; what another process has claimed meanwhile is skipped.
-- name: claim
update delivery d set due_at = %(until)s
from (
  select y.book_id, y.id
  from (
    select near.book_id, near.id, near.due_at,
           row_number() over (partition by near.book_id, near.endpoint
                              order by near.due_at, near.id) as place
    from (select book_id, id, endpoint, due_at from delivery
          where due_at <= %(now)s and endpoint <> all(%(full)s::text[])
          order by due_at, id limit %(near)s) near
  ) x
  join delivery y on y.book_id = x.book_id and y.id = x.id
  where x.place <= %(each)s and y.due_at <= %(now)s
  order by x.due_at, x.id
  limit %(limit)s
  for update of y skip locked
) c
where d.book_id = c.book_id and d.id = c.id
returning d.book_id, d.id, d.event_book, d.event, d.endpoint, d.attempts, d.created, d.due_at,
          d.object

-- name: bodies
select e.id, e.type, e.body, (select count(*) from delivery d where d.event_book = e.book_id
                      and d.event = e.id and d.status = 'pending')
from unnest(%s::bigint[], %s::text[]) as x (book_id, id)
join event e on e.book_id = x.book_id and e.id = x.id

-- name: endpoints
select o.id, o.body, o.hidden from unnest(%s::bigint[], %s::text[]) as x (book_id, id)
join object o on o.book_id = x.book_id and o.id = x.id
  and o.kind in ('webhook_endpoint', 'v2.core.event_destination')
where not o.deleted

-- A result is kept only if nobody else has had the delivery since it was claimed.
-- name: record
update delivery d set attempts = x.attempts + x.made, due_at = x.due_at, status = x.status,
                      answer = x.answer,
                      tried = case when x.made = 0 then d.tried
                                   else concat_ws(',', d.tried, x.tried) end,
                      attempted_at = coalesce(x.attempted_at, d.attempted_at)
from unnest(%s::bigint[], %s::text[], %s::int[], %s::int[], %s::timestamptz[], %s::text[],
            %s::text[], %s::timestamptz[], %s::text[])
  as x (book_id, id, attempts, made, due_at, status, answer, attempted_at, tried)
where d.book_id = x.book_id and d.id = x.id and d.attempts = x.attempts and d.status = 'pending'

-- name: put_back
update delivery d set due_at = x.due_at
from unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[])
  as x (book_id, id, leased_until, due_at)
where d.book_id = x.book_id and d.id = x.id and d.due_at = x.leased_until

-- name: rest
update delivery d set due_at = %(until)s
from (select book_id, id from delivery
      where book_id = %(book)s and endpoint = %(endpoint)s and due_at < %(until)s
      order by due_at limit %(limit)s) x
where d.book_id = x.book_id and d.id = x.id and d.due_at < %(until)s
