-- name: one
select e.id, e.type, e.body, (select count(*) from delivery d where d.event_book = e.book_id
                      and d.event = e.id and d.status = 'pending')
from event e where e.book_id = %s and e.id = %s

-- name: one_of
select e.id, e.type, e.body, (select count(*) from delivery d where d.event_book = e.book_id
                              and d.event = e.id and d.status = 'pending')
from event e where e.book_id = any(%s::bigint[]) and e.id = %s

-- name: waiting
select book_id, id, type, object, body from event where book_id = any(%s::bigint[]) and id = %s

-- name: about
select id, type, created from event where book_id = %s and object = %s order by id limit 100
