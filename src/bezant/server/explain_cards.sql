-- A file may be kept in pieces, and what is looked for may lie across two of them.
-- name: files_that_speak
select f.body
from (
  select id, body from object
  where kind = 'bank_file' and book_id = %s and id >= %s and status = 'read'
    and body::json ->> 'rail' = 'cards'
  order by id limit %s
) f
where position(%s::bytea in (
  select string_agg(c.content, ''::bytea order by c.id) from bank_file_content c
  where c.book_id = %s and c.id >= f.id and c.id < f.id || '/'
)) > 0
order by f.id limit 10
