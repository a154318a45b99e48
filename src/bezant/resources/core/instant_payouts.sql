-- name: today
select coalesce(sum((body::jsonb ->> 'amount')::bigint), 0)::bigint from object
where kind = 'payout' and book_id = %s and currency = %s and id >= %s
  and status not in ('canceled', 'failed') and body::jsonb ->> 'method' = 'instant'
