-- name: now
-- Accounts summed up by the first part of their names, debit balances apart from credit balances.
select g.type, g.name, a.currency, a.credit_normal, count(*),
       sum(greatest(a.posted_debits::numeric - a.posted_credits, 0)),
       sum(greatest(a.posted_credits::numeric - a.posted_debits, 0))
from account a
cross join lateral (
  select case when starts_with(a.path, 'custom:') then 'custom' else 'system' end as type,
         substring(a.path from '^(?:custom:)?([^:/]*)') as name) g
where a.book_id = %(book)s and (%(currency)s::text is null or a.currency = %(currency)s)
group by 1, 2, 3, 4 order by 3, 1, 2, 4

-- name: known
-- The same as it was known at a moment: each account's balance after its last move until then.
select g.type, g.name, a.currency, a.credit_normal, count(*),
       sum(case when (l.posted < 0) = a.credit_normal then abs(l.posted::numeric) else 0 end),
       sum(case when (l.posted < 0) = a.credit_normal then 0 else abs(l.posted::numeric) end)
from account a
cross join lateral (
  select case when starts_with(a.path, 'custom:') then 'custom' else 'system' end as type,
         substring(a.path from '^(?:custom:)?([^:/]*)') as name) g
cross join lateral (select version_known(a.book_id, a.account_id, %(at)s) as version) k
cross join lateral (  -- The limit keeps it to one look-up per account.
  select l.posted from leg l
  where l.book_id = a.book_id and l.account_id = a.account_id and l.version = k.version limit 1) l
where a.book_id = %(book)s and (%(currency)s::text is null or a.currency = %(currency)s)
group by 1, 2, 3, 4 order by 3, 1, 2, 4
