-- name: books_of_slot
select book_id, owner, livemode from book where (book_id & 65535) = %s

-- name: object
select kind, id, body, hidden from object
where book_id = any(%s::bigint[]) and kind = any(%s::text[]) and id = %s

-- name: entry
select e.book_id, e.id, e.kind, e.source, e.request, e.recorded_at, b.owner
from entry e join book b on b.book_id = e.book_id
where e.book_id = any(%s::bigint[]) and e.id = %s

-- name: entries_of
select e.book_id, e.id, e.kind, e.source, e.request, e.recorded_at, b.owner
from entry e join book b on b.book_id = e.book_id
where e.book_id = any(%s::bigint[]) and e.source = %s
order by e.recorded_at, e.id limit 200

-- name: moves_of
select m.book_id, m.entry_id, d.path, c.path, m.amount, d.currency, m.phase,
       m.debit_available, m.credit_available
from move m
join account d on d.book_id = m.book_id and d.account_id = m.debit
join account c on c.book_id = m.book_id and c.account_id = m.credit
join unnest(%s::bigint[], %s::text[]) as x (book_id, entry_id)
  on m.book_id = x.book_id and m.entry_id = x.entry_id
order by m.entry_id, m.n

-- name: events_of
select id, type, created from event
where book_id = any(%s::bigint[]) and object = %s
order by id limit 100

-- name: request
select id, created, method, path, status, key, account, idempotency_key, code, micros
from request_log where book_id = any(%s::bigint[]) and id = %s

-- name: movements_of
select body from object
where kind = 'movement' and book_id = any(%s::bigint[]) and source = %s
order by id limit 10

-- name: statement_lines_of
select body from object
where kind = 'bank_statement_line' and book_id = any(%s::bigint[]) and source = any(%s::text[])
order by id limit 20

-- A request's id does not say in which book it is.
-- name: place_of_request
select l.book_id, l.object from book b join request_log l on l.book_id = b.book_id and l.id = %s
limit 1

-- name: requests_about
select id from request_log
where book_id = any(%s::bigint[]) and object = %s and method <> 'GET'
order by created, id limit 20

-- name: transactions_of
select body from object
where kind = 'balance_transaction' and book_id = any(%s::bigint[]) and source = %s
order by id limit 20

-- name: made_of
(select kind, id from object
 where kind = 'charge' and book_id = any(%(books)s::bigint[]) and parent = %(name)s
 order by id limit 20)
union all
(select kind, id from object
 where kind in ('refund', 'dispute') and book_id = any(%(books)s::bigint[]) and source = %(name)s
 order by id limit 20)
