-- name: content
select content from bank_file_content where book_id = %s and id = %s

-- name: unfinished
select id from object
where kind = 'bank_file' and book_id = %s and "group" = %s
  and status in ('prepared', 'unknown', 'delivered')
order by id limit 1000

-- name: lanes_at_work
select distinct "group" from object
where kind = 'bank_file' and "group" is not null and status in ('prepared', 'unknown', 'delivered')

-- name: sent_by_reference
select distinct on (reference) body from object
where kind = 'bank_file' and book_id = %s and reference = any(%s::text[])
  and type = 'sent' and split_part("group", '/', 1) = %s
order by reference, id desc
