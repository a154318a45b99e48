-- name: due
select book_id, kind, id, version, body, hidden, deleted from object
where kind = 'payout_schedule' and due_at <= %s order by due_at, id limit %s

-- name: destinations
select book_id, kind, id, version, body, hidden, deleted from object
where kind = 'bank_account' and book_id = any(%s::bigint[]) and type = 'default' and not deleted
