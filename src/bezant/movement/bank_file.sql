-- name: content
select content from bank_file_content
where book_id = %s and id >= %s and id < %s
order by id

-- name: next_piece
select id, content from bank_file_content
where book_id = %s and id >= %s and id < %s
order by id limit 1

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

-- name: batches_of
select body from object
where kind = 'bank_file.batch' and book_id = %s and parent = any(%s::text[])
order by parent, id

-- What the bank has refused before it was booked is not in the totals of its statement.
-- name: rejected_of
select file, body::json ->> 'batch', body::json ->> 'direction',
       sum((body::json ->> 'amount')::bigint)::bigint
from object
where kind = 'movement' and status = 'rejected' and file = any(%s::text[])
group by 1, 2, 3
