-- What is due, and of which platform its account is one. Of more than can be dealt with at once,
-- what was paid out ahead comes first, so that nobody is paid it again meanwhile.
-- name: due
select b.owner, b.livemode, o.id, p.owner
from object o
join book b on b.book_id = o.book_id
left join lateral (
  select p.owner from object a join book p on p.book_id = a.book_id
  where a.kind = 'account' and a.id = b.owner and p.livemode = b.livemode limit 1) p on true
where o.kind = 'balance_transaction' and o.due_at <= %s and not o.deleted
order by o.due_at, o.book_id, (o.type = 'advance_funding') desc, o.id limit %s

-- name: fees
select b.owner, b.livemode, a.currency, (a.posted_credits - a.posted_debits)::bigint
from account a join book b on b.book_id = a.book_id
where a.path = 'fees_payable' and a.posted_credits <> a.posted_debits
order by a.book_id, a.account_id limit %s

-- Holds that are to be released, and plans that end.
-- name: reserves
select b.owner, b.livemode, o.kind, o.id
from object o join book b on b.book_id = o.book_id
where o.kind in ('reserve.hold', 'reserve.plan') and o.due_at <= %(now)s and not o.deleted
order by o.due_at, o.id limit %(limit)s
