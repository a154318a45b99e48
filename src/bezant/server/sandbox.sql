-- name: expected
select body from object
where kind = 'movement' and status = 'created' and reference is not null
order by id limit %s
