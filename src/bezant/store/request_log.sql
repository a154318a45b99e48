-- name: write
insert into request_log (book_id, id, created, method, path, status, account, key,
                         idempotency_key, code, micros, parameters, operation, object, objects,
                         answer)
select b, i, c, m, p, s, a, k, ik, ec, us, ps, op, ob, obs::text[], an
from unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::text[], %s::text[], %s::int[],
            %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[],
            %s::text[], %s::text[], %s::text[])
  as x (b, i, c, m, p, s, a, k, ik, ec, us, ps, op, ob, obs, an)
on conflict (book_id, id) do nothing

-- name: one
select book_id, id, created, method, path, status, account, key, idempotency_key, code, micros,
       parameters, operation, object, objects, answer
from request_log where book_id = any(%s::bigint[]) and id = %s
