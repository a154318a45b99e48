-- name: settings
select current_setting('server_version'), current_setting('server_version_num')::int,
       current_setting('fsync') = 'on' and current_setting('full_page_writes') = 'on'
         and current_setting('synchronous_commit') <> 'off',
       current_setting('max_connections')::int

-- name: asked_at
-- When this statement was asked for, by the server's clock.
select query_start from pg_stat_activity where pid = pg_backend_pid()

-- name: platform_clock
-- The clock of the platform, which an operator of test mode may stop or let run ahead.
select frozen_at, offset_micros from clock

-- name: latest_move
select max(touched_at) from account where version > 0

-- name: keys
select count(*) from api_key where revoked is null

-- name: files
select body from object
where kind = 'bank_file' and book_id = any(%s::bigint[]) and status = any(%s::text[])
order by id desc limit %s

-- name: unmatched
select body from object
where kind = 'bank_statement_line' and book_id = any(%s::bigint[]) and status = 'unmatched'
order by id limit %s

-- name: statements
select body from object
where kind = 'bank_statement' and book_id = any(%s::bigint[]) order by id desc limit %s

-- name: failed_deliveries
select endpoint, count(*), (array_agg(answer order by attempted_at desc nulls last))[1]
from delivery where status = 'failed' and created > %s
group by endpoint order by count(*) desc, endpoint limit %s

-- name: disabled_endpoints
-- Those that were disabled for taking nothing, not by their owners.
select id, (hidden::json ->> 'disabled_at')::bigint from object
where kind = any(%s::text[]) and status = 'disabled' and not deleted
  and hidden::json ->> 'reason' = %s
order by 2 desc, id limit %s

-- name: late_deliveries
select count(*), min(due_at) from delivery where due_at < %s

-- name: outbox
select count(*), min(id) from outbox

-- name: parked_jobs
select kind, count(*), min(problem) from job where status = 'parked'
group by kind order by count(*) desc, kind limit %s

-- name: unverified
-- Submissions of live accounts that wait for somebody who verifies.
select count(*) from job
where kind = %s and run_at is not null and (payload::json ->> 'livemode')::boolean

-- name: late_jobs
select count(*), min(run_at) from job where run_at < %s

-- name: late_schedules
select name, next_at from schedule where next_at < %s order by next_at

-- name: stuck_movements
select status, count(*), min(id) from object
where kind = 'movement' and status = any(%s::text[]) group by status order by status

-- name: late_movements
select count(*), min(due_at) from object
where kind = 'movement' and status = 'scheduled' and due_at < %s

-- name: lapsed_holds
select count(*), min(expires_at) from hold where remaining > 0 and expires_at < %s

-- name: due
select b.livemode, a.currency, sum(a.posted_credits - a.posted_debits)
from account a join book b on b.book_id = a.book_id
where a.path = 'due' group by b.livemode, a.currency
having sum(a.posted_credits) <> sum(a.posted_debits) order by b.livemode, a.currency

-- name: clearing
-- What stands on clearing accounts other than `due`, and since when the quietest has not moved.
select b.livemode, a.path, a.currency, count(*),
       sum(case when a.credit_normal then a.posted_credits - a.posted_debits
                else a.posted_debits - a.posted_credits end),
       min(a.touched_at)
from account a join book b on b.book_id = a.book_id
where a.posted_credits <> a.posted_debits
  and exists (select from unnest(%s::text[]) p (prefix) where starts_with(a.path, p.prefix))
group by b.livemode, a.path, a.currency order by min(a.touched_at)

-- name: sealed
select count(*), coalesce(max(to_xid), 0) from seal

-- name: unsealed
select count(*), min(recorded_at) from entry where xid >= %s
