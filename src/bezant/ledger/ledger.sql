-- name: balances
select a.book_id, a.account_id, a.path, a.currency, a.credit_normal, a.floor, a.posted_debits,
       a.posted_credits, a.pending_debits, a.pending_credits, a.version, a.created, a.closed_at
from unnest(%s::bigint[], %s::bigint[]) as x (book_id, account_id)
join account a on a.book_id = x.book_id and a.account_id = x.account_id

-- name: balances_at
select book_id, account_id, path, currency, credit_normal, floor, posted_debits, posted_credits,
       pending_debits, pending_credits, version, created, closed_at
from account where book_id = %s and path = any(%s::text[]) order by path, currency

-- name: balances_in
select book_id, account_id, path, currency, credit_normal, floor, posted_debits, posted_credits,
       pending_debits, pending_credits, version, created, closed_at
from account where book_id = any(%s::bigint[]) and path = any(%s::text[])
order by book_id, path, currency

-- name: trial_of_book
select split_part(path, ':', 1), currency, credit_normal, count(*),
       coalesce(sum(greatest(posted_debits::numeric - posted_credits, 0)), 0),
       coalesce(sum(greatest(posted_credits::numeric - posted_debits, 0)), 0),
       sum(posted_debits), sum(posted_credits), sum(pending_debits), sum(pending_credits)
from account where book_id = %s group by 1, 2, 3 order by 2, 1, 3

-- name: trial_of_all
select split_part(a.path, ':', 1), a.currency, a.credit_normal, count(*),
       coalesce(sum(greatest(a.posted_debits::numeric - a.posted_credits, 0)), 0),
       coalesce(sum(greatest(a.posted_credits::numeric - a.posted_debits, 0)), 0),
       sum(a.posted_debits), sum(a.posted_credits), sum(a.pending_debits), sum(a.pending_credits)
from account a join book b on b.book_id = a.book_id
where b.livemode = %s group by 1, 2, 3 order by 2, 1, 3

-- name: clearing
-- A path that ends in a colon stands for all that begin so.
select a.path, a.currency, bool_and(a.credit_normal), count(*),
       count(*) filter (where a.posted_debits <> a.posted_credits),
       sum(case when a.credit_normal then a.posted_credits::numeric - a.posted_debits
                else a.posted_debits::numeric - a.posted_credits end)
from account a join book b on b.book_id = a.book_id
where b.livemode = %s and exists (
  select from unnest(%s::text[]) as c (path)
  where a.path = c.path or right(c.path, 1) = ':' and starts_with(a.path, c.path))
group by a.path, a.currency order by a.path, a.currency

-- name: known
-- Nothing is posted at version 0, before the first move.
select k.version, coalesce(l.posted, 0), coalesce(l.available, 0)
from account a
cross join lateral (
  select case when %(known)s::timestamptz is null then a.version
              else version_known(a.book_id, a.account_id, %(known)s) end as version) k
left join leg l on l.book_id = a.book_id and l.account_id = a.account_id and l.version = k.version
where a.book_id = %(book)s and a.account_id = %(account)s

-- name: versions
-- The last version before a moment, and the last until another.
select case when %(before)s::timestamptz is null then 0
            else version_known(%(book)s, %(account)s, %(before)s) end,
       case when %(until)s::timestamptz is null then 9223372036854775806
            else version_known(%(book)s, %(account)s, %(until)s) end

-- name: as_of
select a.credit_normal, k.version, p.debits, p.credits
from account a
cross join lateral (
  select case when %(known)s::timestamptz is null then a.version
              else version_known(a.book_id, a.account_id, %(known)s) end as version) k
cross join lateral posted_as_of(a.book_id, a.account_id, %(effective)s, k.version) p
where a.book_id = %(book)s and a.account_id = %(account)s

-- name: statement_rising
select l.version, case when l.is_debit = a.credit_normal then -l.amount else l.amount end,
       l.phase, l.posted, l.available, l.entry_id, l.n, e.kind, e.source, e.description, o.path,
       l.forced_by, l.effective_at, l.recorded_at
from (select * from leg
      where book_id = %(book)s and account_id = %(account)s
        and version between %(low)s and %(high)s
      order by version limit %(limit)s) l
join entry e on e.book_id = %(book)s and e.id = l.entry_id
join account a on a.book_id = %(book)s and a.account_id = %(account)s
join account o on o.book_id = %(book)s and o.account_id = l.other_id
order by l.version

-- name: statement_falling
select l.version, case when l.is_debit = a.credit_normal then -l.amount else l.amount end,
       l.phase, l.posted, l.available, l.entry_id, l.n, e.kind, e.source, e.description, o.path,
       l.forced_by, l.effective_at, l.recorded_at
from (select * from leg
      where book_id = %(book)s and account_id = %(account)s
        and version between %(low)s and %(high)s
      order by version desc limit %(limit)s) l
join entry e on e.book_id = %(book)s and e.id = l.entry_id
join account a on a.book_id = %(book)s and a.account_id = %(account)s
join account o on o.book_id = %(book)s and o.account_id = l.other_id
order by l.version desc

-- name: entries
select id, kind, source, request, effective_at, recorded_at, expires_at, reverses, reversal_no,
       resolves, description, metadata, digest
from entry where book_id = %s and id = any(%s::text[])

-- name: moves
select m.entry_id, m.n, d.path, c.path, m.debit, m.credit, d.currency, m.amount, m.phase,
       m.forced_by, m.debit_version, m.debit_posted, m.debit_available, m.credit_version,
       m.credit_posted, m.credit_available
from move m
join account d on d.book_id = m.book_id and d.account_id = m.debit
join account c on c.book_id = m.book_id and c.account_id = m.credit
where m.book_id = %s and m.entry_id = any(%s::text[]) order by m.entry_id, m.n

-- name: by_source
select id from entry where book_id = %s and source = %s and id > %s order by id limit %s

-- name: reversals
select id from entry where book_id = %s and reverses = %s order by reversal_no

-- name: place
-- Where an entry's first leg stands in the chain of an account.
select min(x.version)
from move m
cross join lateral (values (m.debit, m.debit_version), (m.credit, m.credit_version))
  as x (account_id, version)
where m.book_id = %s and m.entry_id = %s and x.account_id = %s

-- name: holds
select n, amount, remaining, expires_at from hold where book_id = %s and entry_id = %s order by n

-- name: lapsed
-- Holds that have lapsed and hold something still, those that have waited longest first; the
-- entry's other holds have lapsed with them.
select h.book_id, b.owner, b.livemode, h.entry_id, h.n, h.remaining, h.expires_at, e.source,
       d.path, d.credit_normal, d.floor, c.path, c.credit_normal, c.floor, d.currency
from (select * from hold
      where remaining > 0 and expires_at is not null and expires_at <= %s
      order by expires_at limit %s) h
join book b on b.book_id = h.book_id
join entry e on e.book_id = h.book_id and e.id = h.entry_id
join move m on m.book_id = h.book_id and m.entry_id = h.entry_id and m.n = h.n
join account d on d.book_id = m.book_id and d.account_id = m.debit
join account c on c.book_id = m.book_id and c.account_id = m.credit
order by h.expires_at, h.book_id, h.entry_id, h.n
