-- name: expected
select body from object
where kind = 'movement' and status = 'created' and reference is not null
  and split_part("group", '/', 2) = 'wire'
order by id limit %s

-- name: wished
select id, hidden from object
where kind = 'test_helpers.simulation' and status = 'pending'
order by id limit %s
