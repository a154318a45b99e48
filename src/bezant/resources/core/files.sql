-- name: content
select content from bank_file_content where book_id = %s and id = %s

-- The newest links of each of some files, one more than are shown.
-- name: links
select f.id, l.body
from unnest(%(files)s::text[]) as f (id)
cross join lateral (select body from object
                    where kind = 'file_link' and book_id = %(book)s and parent = f.id
                      and not deleted
                    order by id desc limit %(limit)s) l

-- name: link
select body, hidden from object
where kind = 'file_link' and book_id = %s and id = %s and not deleted
