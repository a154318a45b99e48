-- name: today
select coalesce(sum((body::jsonb ->> 'amount')::bigint), 0)::bigint from object
where kind = 'payout' and book_id = %(book)s and currency = %(currency)s and id >= %(since)s
  and status not in ('canceled', 'failed') and body::jsonb ->> 'method' = 'instant'
  and (body::jsonb ->> 'amount')::bigint > 0

-- The same of a platform and of all of its accounts.
-- name: together_today
select coalesce(sum((o.body::jsonb ->> 'amount')::bigint), 0)::bigint
from object o join book b on b.book_id = o.book_id
where o.kind = 'payout' and o.body like '%%"method":"instant"%%'
  and o.currency = %(currency)s and o.id >= %(since)s
  and o.status not in ('canceled', 'failed') and o.body::jsonb ->> 'method' = 'instant'
  and (o.body::jsonb ->> 'amount')::bigint > 0 and b.livemode = %(livemode)s
  and (o.book_id = %(platform)s or exists (
    select from object a
    where a.kind = 'account' and a.book_id = %(platform)s and a.id = b.owner))

-- What of the balance of an account is still to come, and what was paid out ahead of it, by the
-- days on which it comes due.
-- name: coming
select extract(epoch from due_at)::bigint, amount, advanced
from coming
where book_id = %(book)s and currency = %(currency)s and due_at = any(%(days)s::timestamptz[])
order by due_at
