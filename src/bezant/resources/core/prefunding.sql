-- Who is below zero, and how much of that was sent ahead.
-- name: short
select b.owner, b.livemode, f.currency,
       least(a.posted_debits - a.posted_credits, f.posted_credits - f.posted_debits)::bigint
from account f
join account a on a.book_id = f.book_id and a.currency = f.currency and a.path = 'available'
join book b on b.book_id = f.book_id
where f.path = 'prefunded' and f.posted_credits > f.posted_debits
  and a.posted_credits < a.posted_debits
order by f.book_id, f.currency limit %s
