-- Whoever has money that should be available by now is paid out when it is, and so is what is to
-- be kept back no more.
-- name: due
select book_id, kind, id, version, body, hidden, deleted from object o
where kind = 'payout_schedule' and due_at <= %(now)s
  and not exists (select from coming c where c.book_id = o.book_id and c.due_at <= %(now)s)
  and book_id not in (select book_id from object where kind = 'reserve.hold' and due_at <= %(now)s)
order by due_at, id limit %(limit)s

-- name: destinations
select book_id, kind, id, version, body, hidden, deleted from object
where kind = 'bank_account' and book_id = any(%s::bigint[]) and type = 'default' and not deleted
