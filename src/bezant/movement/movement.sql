-- name: due
select book_id, id, parent from object
where kind = 'movement' and status = 'scheduled' and "group" = %s and due_at <= %s
order by due_at, id limit %s

-- name: lanes_due
select distinct "group" from object
where kind = 'movement' and status = 'scheduled' and due_at <= %s

-- name: overdue
select book_id, id, parent from object
where kind = 'movement' and status in ('submitted', 'acknowledged', 'unknown', 'settled')
  and due_at <= %s
order by due_at, id limit %s

-- name: in_file
select book_id, id, parent from object
where kind = 'movement' and file = %s and id > %s
order by id limit %s

-- name: by_reference
select distinct on (reference) reference, book_id, id, parent from object
where kind = 'movement' and reference = any(%s::text[])
  and split_part("group", '/', 1) = %s
order by reference, id desc

-- name: told_as
select payout, id, body from object
where kind = 'movement' and payout = any(%s::text[])
  and split_part("group", '/', 1) = %s
order by id

-- name: by_id
select id, book_id, id, parent from object
where kind = 'movement' and id = any(%s::text[])

-- name: one
select body from object where kind = 'movement' and id = %s

-- name: expecting
select id from object
where kind = 'movement' and id = any(%s::text[]) and type = 'receive' and status = 'created'

-- name: operator
select value from setting where name = 'platform_account'
