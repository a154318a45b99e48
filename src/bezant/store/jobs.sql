-- name: claim
update job j set run_at = %s, attempts = j.attempts + 1
from (select book_id, id from job where run_at <= %s and kind = any(%s::text[])
      order by run_at, id limit %s for update skip locked) x
where j.book_id = x.book_id and j.id = x.id
returning j.book_id, j.id, j.kind, j.payload, j.attempts

-- A job whose lease has ended may be in other hands, with another count of attempts.
-- name: finish
update job j set run_at = null, status = 'done', problem = null
from unnest(%s::bigint[], %s::text[], %s::bigint[]) as x (book_id, id, attempts)
where j.book_id = x.book_id and j.id = x.id and j.attempts = x.attempts and j.status = 'ready'

-- name: retry
update job set run_at = %s, problem = %s
where book_id = %s and id = %s and attempts = %s and status = 'ready'

-- name: park
update job set run_at = null, status = 'parked', problem = %s
where book_id = %s and id = %s and attempts = %s and status = 'ready'

-- name: parked
select book_id, id, kind, attempts, problem from job where status = 'parked' order by id limit %s

-- name: resume
update job set run_at = %s, status = 'ready', attempts = 0
where book_id = %s and id = %s and status = 'parked'

-- name: plan
insert into schedule as s (name, every_seconds, next_at) values (%s, %s, %s)
on conflict (name) do update set every_seconds = excluded.every_seconds,
                                 next_at = least(s.next_at, excluded.next_at)
  where s.every_seconds <> excluded.every_seconds

-- What was missed is not made up for: the next time is the first one that lies ahead.
-- name: due
update schedule set next_at = next_at + every_seconds * interval '1 second'
    * (1 + floor(extract(epoch from %(now)s::timestamptz - next_at) / every_seconds))
where name = any(%(names)s::text[]) and next_at <= %(now)s
returning name
