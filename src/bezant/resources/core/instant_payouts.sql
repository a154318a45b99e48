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
-- days on which it comes due. More counts as what card payments bring only if it is known to be.
-- Quotes inside of texts are escaped, so `"net":` is there once: cutting it out takes a tenth of
-- the time of reading the JSON.
-- name: coming
select extract(epoch from due_at)::bigint,
       coalesce(sum(net) filter (where net < 0 or reference = %(card)s or type = any(
         '{advance_funding,charge,refund_failure,reserve_release,transfer_refund}')), 0)::bigint,
       coalesce(-sum(net) filter (where type = 'advance_funding'), 0)::bigint
from (
  select due_at, reference, type,
         split_part(split_part(body, '"net":', 2), ',', 1)::bigint as net
  from object
  where kind = 'balance_transaction' and due_at = any(%(days)s::timestamptz[])
    and book_id = %(book)s and currency = %(currency)s and status = 'pending' and not deleted) x
group by due_at order by due_at
