-- name: one
select book_id, kind, id, version, body, hidden, deleted
from object where book_id = %s and kind = %s and id = %s

-- name: several
select o.book_id, o.kind, o.id, o.version, o.body, o.hidden, o.deleted
from unnest(%s::bigint[], %s::text[], %s::text[]) as x (book_id, kind, id)
join object o on o.book_id = x.book_id and o.kind = x.kind and o.id = x.id

-- name: children_by_source
select x.parent, c.body
from unnest(%(parents)s::text[]) as x (parent)
cross join lateral (
  select body, id from object
  where book_id = %(book)s and kind = %(kind)s and source = x.parent and not deleted
  order by id desc limit %(limit)s
) c
order by x.parent, c.id desc

-- name: children
select x.parent, c.body
from unnest(%(parents)s::text[]) as x (parent)
cross join lateral (
  select body, id from object
  where book_id = %(book)s and kind = %(kind)s and "parent" = x.parent and not deleted
  order by id desc limit %(limit)s
) c
order by x.parent, c.id desc
