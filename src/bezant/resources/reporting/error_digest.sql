-- name: rows
select g.account, g.code, g.operation, g.status, n.errors, g.first_seen, g.last_seen, g.example,
       g.message
from (select m.book_id, m.id, sum(m.count) as errors
      from error_minute m where m.minute >= %(start)s and m.minute < %(until)s
      group by m.book_id, m.id) n
join error_group g on g.book_id = n.book_id and g.id = n.id
where g.platform = %(platform)s and g.livemode = %(livemode)s
order by n.errors desc, g.id
