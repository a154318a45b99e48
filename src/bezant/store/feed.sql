-- Accounts that are deleted are among them: they may still be told of.
-- name: connected
select id from object where book_id = %s and kind = 'account'

-- name: event_ids
select e.id
from unnest(%(books)s::bigint[]) as b (id)
cross join lateral (select id from event where book_id = b.id and id > %(after)s
                    order by id limit %(limit)s) e
order by e.id limit %(limit)s

-- name: events
select e.book_id, e.id, e.object, e.body,
       (select count(*) from delivery d where d.event_book = e.book_id and d.event = e.id
                                          and d.status = 'pending')
from event e where e.book_id = any(%s::bigint[]) and e.id = any(%s::text[])
order by e.id

-- name: resends
select id, body from object
where book_id = any(%(books)s::bigint[]) and kind = 'webhook_resend' and id > %(after)s
order by id limit %(limit)s

-- name: requests
select book_id, id, created, method, path, status, account, key, idempotency_key, code, micros,
       parameters
from request_log
where book_id = any(%(books)s::bigint[]) and created >= %(since)s
order by created, id limit %(limit)s

-- name: told
select event, max(created) from delivery where book_id = %s and endpoint = %s
group by event order by event desc limit %s

-- name: tell
insert into delivery as d (book_id, id, event_book, event, endpoint, attempts, status, answer,
                           created, attempted_at)
values (%(book_id)s, %(id)s, %(event_book)s, %(event)s, %(session)s, 1, %(status)s, %(answer)s,
        %(at)s, %(at)s)
on conflict (book_id, id) do update
  set status = excluded.status, answer = excluded.answer, attempted_at = excluded.attempted_at
