-- name: content
select content from bank_file_content where book_id = %s and id = %s

-- name: unfinished
select id from object
where kind = 'bank_file' and book_id = %s and status in ('prepared', 'unknown', 'delivered')
order by id limit 100

-- name: sent_by_reference
select distinct on (reference) body from object
where kind = 'bank_file' and book_id = %s and reference = any(%s::text[])
order by reference, id desc
