-- name: members
select x.list, x.value
from unnest(%s::text[], %s::text[]) as x (list, value)
where exists (select from object o where o.book_id = %s and o.kind = 'radar.value_list_item'
              and o.parent = x.list and o.reference = x.value and not o.deleted)

-- name: holding
select distinct parent from object
where book_id = %s and kind = 'radar.value_list_item' and reference = any(%s::text[])
  and not deleted limit %s
