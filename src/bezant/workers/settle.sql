-- name: due
select b.owner, b.livemode, o.id
from object o join book b on b.book_id = o.book_id
where o.kind = 'balance_transaction' and o.due_at <= %s and not o.deleted
order by o.due_at, o.id limit %s

-- name: fees
select b.owner, b.livemode, a.currency, (a.posted_credits - a.posted_debits)::bigint
from account a join book b on b.book_id = a.book_id
where a.path = 'fees_payable' and a.posted_credits <> a.posted_debits
order by a.book_id, a.account_id limit %s
