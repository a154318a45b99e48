-- name: one
select d.id, d.created, d.endpoint, d.event, e.type, d.status, d.attempts, d.answer, d.due_at,
       d.tried
from delivery d left join event e on e.book_id = d.event_book and e.id = d.event
where d.book_id = %(book)s and d.id = %(id)s

-- name: older
select d.id, d.created, d.endpoint, d.event, e.type, d.status, d.attempts, d.answer, d.due_at,
       d.tried
from delivery d left join event e on e.book_id = d.event_book and e.id = d.event
where d.book_id = %(book)s
  and (%(endpoint)s::text is null or d.endpoint = %(endpoint)s)
  and (%(event)s::text is null
       or (d.event = %(event)s and d.event_book = any(%(event_books)s::bigint[])))
  and (%(status)s::text is null or d.status = %(status)s)
  and (%(after)s::text is null or d.id < %(after)s)
  and (%(least)s::text is null or d.id >= %(least)s)
  and (%(most)s::text is null or d.id <= %(most)s)
order by d.id desc limit %(limit)s

-- name: newer
select d.id, d.created, d.endpoint, d.event, e.type, d.status, d.attempts, d.answer, d.due_at,
       d.tried
from delivery d left join event e on e.book_id = d.event_book and e.id = d.event
where d.book_id = %(book)s and d.id > %(before)s
  and (%(endpoint)s::text is null or d.endpoint = %(endpoint)s)
  and (%(event)s::text is null
       or (d.event = %(event)s and d.event_book = any(%(event_books)s::bigint[])))
  and (%(status)s::text is null or d.status = %(status)s)
  and (%(least)s::text is null or d.id >= %(least)s)
  and (%(most)s::text is null or d.id <= %(most)s)
order by d.id limit %(limit)s

-- name: to_resend
select e.id, e.type, e.object, e.body from event e
where e.book_id = %(book)s and e.id > %(after)s and e.id <= %(most)s
  and not (%(failed)s and exists (
    select from delivery d where d.event_book = e.book_id and d.event = e.id
                             and d.endpoint = %(endpoint)s and d.status = 'delivered'))
order by e.id limit %(limit)s
