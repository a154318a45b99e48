-- name: waiting
select book_id, kind, id, version, body, hidden, deleted from object
where kind = 'payout' and due_at <= %s order by due_at, id limit %s

-- What had become available before a payout was made and is part of none yet.
-- name: untaken
select book_id, kind, id, version, body, hidden, deleted from object
where kind = 'balance_transaction' and book_id = %(book)s and currency = %(currency)s
  and payout is null and status = 'available' and id < %(until)s
  and (body::jsonb ->> 'available_on')::bigint <= %(created)s
order by id limit %(limit)s

-- What payouts by hand have taken since one has left nothing, they themselves with it.
-- name: left
select book_id, kind, id, version, body, hidden, deleted from object
where kind = 'balance_transaction' and book_id = %(book)s and "group" is null
  and status = 'available' and payout in (
    select id from object
    where kind = 'payout' and book_id = %(book)s and currency = %(currency)s and id < %(payout)s
      and not (body::jsonb ->> 'automatic')::boolean
      and id > coalesce((
        select id from object
        where kind = 'payout' and book_id = %(book)s and currency = %(currency)s
          and id < %(payout)s and hidden::jsonb #>> '{reconciliation,carried_on}' = '0'
        order by id desc limit 1), ''))
order by id limit %(limit)s

-- name: before
select hidden from object
where kind = 'payout' and book_id = %s and currency = %s and id < %s and hidden like '%%"carried_on"%%'
order by id desc limit 1
