-- name: write
insert into request_log (book_id, id, created, method, path, status, account, key,
                         idempotency_key, code, micros, parameters)
select * from unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::text[], %s::text[],
                     %s::int[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[],
                     %s::text[])
on conflict (book_id, id) do nothing

-- name: one
select book_id, id, created, method, path, status, account, key, idempotency_key, code, micros,
       parameters
from request_log where book_id = %s and id = %s

-- name: newest
select book_id, id, created, method, path, status, account, key, idempotency_key, code, micros,
       parameters
from request_log
where book_id = %(book)s and created >= %(least)s and created < %(most)s
order by created desc, id desc limit %(limit)s

-- name: older
select book_id, id, created, method, path, status, account, key, idempotency_key, code, micros,
       parameters
from request_log
where book_id = %(book)s and created >= %(least)s and created < %(most)s
  and (created, id) < (%(edge_created)s, %(edge_id)s)
order by created desc, id desc limit %(limit)s

-- name: newer
select book_id, id, created, method, path, status, account, key, idempotency_key, code, micros,
       parameters
from request_log
where book_id = %(book)s and created >= %(least)s and created < %(most)s
  and (created, id) > (%(edge_created)s, %(edge_id)s)
order by created, id limit %(limit)s
