-- name: one
select book_id, kind, id, version, body, hidden, deleted
from object where book_id = %s and kind = %s and id = %s

-- name: several
select o.book_id, o.kind, o.id, o.version, o.body, o.hidden, o.deleted
from unnest(%s::bigint[], %s::text[], %s::text[]) as x (book_id, kind, id)
join object o on o.book_id = x.book_id and o.kind = x.kind and o.id = x.id
