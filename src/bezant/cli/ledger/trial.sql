-- name: now
-- Balances by account of one book, or by kind of account over all books of a mode.
select case when %(book)s::bigint is null then split_part(a.path, ':', 1) else a.path end,
       a.currency, count(*),
       sum(greatest(a.posted_debits::numeric - a.posted_credits, 0)),
       sum(greatest(a.posted_credits::numeric - a.posted_debits, 0))
from account a join book b on b.book_id = a.book_id
where b.livemode = %(livemode)s and (%(book)s::bigint is null or a.book_id = %(book)s)
group by 1, 2 order by 2, 1

-- name: as_of
-- The same at a past time: no bound on effect is infinity, none on knowledge the newest version.
select case when %(book)s::bigint is null then split_part(a.path, ':', 1) else a.path end,
       a.currency, count(*), sum(greatest(p.debits - p.credits, 0)),
       sum(greatest(p.credits - p.debits, 0))
from account a
join book b on b.book_id = a.book_id
cross join lateral (
  select case when %(known)s::timestamptz is null then a.version
              else version_known(a.book_id, a.account_id, %(known)s) end as version) k
cross join lateral posted_as_of(a.book_id, a.account_id,
                                coalesce(%(effective)s::timestamptz, 'infinity'), k.version) p
where b.livemode = %(livemode)s and (%(book)s::bigint is null or a.book_id = %(book)s)
  and (%(known)s::timestamptz is null or a.created <= %(known)s)
group by 1, 2 order by 2, 1
