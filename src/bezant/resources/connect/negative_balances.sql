-- What platforms answer for and what they have set aside for it, where the two differ.
-- name: reserves
with owed as (
  select o.book_id, a.currency, sum(a.posted_debits - a.posted_credits) as amount
  from account a
  join book b on b.book_id = a.book_id
  join object o on o.kind = 'account' and o.id = b.owner
  join book p on p.book_id = o.book_id and p.livemode = b.livemode and p.owner <> 'house'
  where a.path = 'available' and a.posted_credits < a.posted_debits
    and o.body::jsonb #>> '{controller,losses,payments}' = 'application'
  group by 1, 2),
kept as (
  select a.book_id, a.currency, a.posted_credits - a.posted_debits as amount
  from account a where a.path = 'connect_reserved')
select p.owner, p.livemode, x.currency, x.owed::bigint, x.kept::bigint
from (select book_id, currency, coalesce(owed.amount, 0) as owed, coalesce(kept.amount, 0) as kept
      from owed full join kept using (book_id, currency)) x
join book p on p.book_id = x.book_id
where x.owed <> x.kept order by x.book_id, x.currency

-- Who is below zero and has agreed to be debited, and what is on its way from their banks already.
-- A bank account that has just refused is left alone for a while.
-- name: recoverable
select p.owner, b.owner, b.livemode, a.currency,
       (a.posted_debits - a.posted_credits - coalesce(x.coming, 0))::bigint
from account a
join book b on b.book_id = a.book_id
join object o on o.kind = 'account' and o.id = b.owner and not o.deleted
join book p on p.book_id = o.book_id and p.livemode = b.livemode
cross join lateral (
  select -sum((d.body::jsonb ->> 'amount')::bigint)
           filter (where d.status in ('pending', 'in_transit')) as coming,
         count(*) filter (where d.status = 'failed'
                            and d.body::jsonb ->> 'original_payout' is null
                            and (d.body::jsonb ->> 'created')::bigint > %(quiet)s) as refused
  from object d
  where d.kind = 'payout' and d.book_id = a.book_id
    and d.status in ('failed', 'in_transit', 'pending') and d.currency = a.currency
    and (d.body::jsonb ->> 'amount')::bigint < 0) x
where a.path = 'available' and a.posted_credits < a.posted_debits
  and (a.book_id, a.currency) > (%(book)s::bigint, %(currency)s::text)
  and (o.body::jsonb #>> '{settings,payouts,debit_negative_balances}')::boolean
  and a.posted_debits - a.posted_credits > coalesce(x.coming, 0) and x.refused = 0
order by a.book_id, a.currency limit %(limit)s

-- Whose platform answers for them, and who has been below zero since a moment or longer: the move
-- that took them there is the one after the last that left them something. Nobody is there whose
-- bank is being debited.
-- name: overdue
select p.owner, b.owner, b.livemode, a.currency, (a.posted_debits - a.posted_credits)::bigint
from account a
join book b on b.book_id = a.book_id
join object o on o.kind = 'account' and o.id = b.owner
join book p on p.book_id = o.book_id and p.livemode = b.livemode and p.owner <> 'house'
where a.path = 'available' and a.posted_credits < a.posted_debits
  and (a.book_id, a.currency) > (%(book)s::bigint, %(currency)s::text)
  and o.body::jsonb #>> '{controller,losses,payments}' = 'application'
  and exists (
    select from move m
    where m.book_id = a.book_id and m.debit = a.account_id and m.recorded_at <= %(since)s
      and m.debit_version = 1 + greatest(
        coalesce((select d.debit_version from move d
                  where d.book_id = a.book_id and d.debit = a.account_id and d.debit_posted >= 0
                  order by d.debit_version desc limit 1), 0),
        coalesce((select c.credit_version from move c
                  where c.book_id = a.book_id and c.credit = a.account_id and c.credit_posted >= 0
                  order by c.credit_version desc limit 1), 0)))
  and not exists (
    select from object d
    where d.kind = 'payout' and d.book_id = a.book_id and d.currency = a.currency
      and d.status in ('pending', 'in_transit') and (d.body::jsonb ->> 'amount')::bigint < 0)
order by a.book_id, a.currency limit %(limit)s
