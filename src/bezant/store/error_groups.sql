-- A batch whose commit was lost from sight comes again: what is in the log has been counted.
-- name: count_groups
insert into error_group as g (book_id, id, platform, account, livemode, code, operation, status,
                              count, first_seen, last_seen, example, message)
select x.b, x.g, min(x.p), min(x.a), bool_and(x.l), min(x.c), min(x.o), (array_agg(x.s order by x.t desc, x.i desc))[1],
       count(*), min(x.t), max(x.t), (array_agg(x.i order by x.t desc, x.i desc))[1],
       (array_agg(x.m order by x.t desc, x.i desc))[1]
from unnest(%(books)s::bigint[], %(ids)s::text[], %(platforms)s::text[], %(accounts)s::text[],
            %(modes)s::boolean[], %(codes)s::text[], %(operations)s::text[], %(statuses)s::int[],
            %(times)s::timestamptz[], %(messages)s::text[], %(groups)s::text[])
  as x (b, i, p, a, l, c, o, s, t, m, g)
where not exists (select from request_log r where r.book_id = x.b and r.id = x.i)
group by x.b, x.g order by x.b, x.g
on conflict (book_id, id) do update
  set count = g.count + excluded.count,
      first_seen = least(g.first_seen, excluded.first_seen),
      last_seen = greatest(g.last_seen, excluded.last_seen),
      status = case when excluded.last_seen >= g.last_seen then excluded.status else g.status end,
      example = case when excluded.last_seen >= g.last_seen then excluded.example
                     else g.example end,
      message = case when excluded.last_seen >= g.last_seen then excluded.message
                     else g.message end

-- name: count_minutes
insert into error_minute as e (minute, book_id, id, count)
select date_trunc('minute', x.t), x.b, x.g, count(*)
from unnest(%(books)s::bigint[], %(ids)s::text[], %(times)s::timestamptz[], %(groups)s::text[])
  as x (b, i, t, g)
where not exists (select from request_log r where r.book_id = x.b and r.id = x.i)
group by 1, 2, 3 order by 1, 2, 3
on conflict (minute, book_id, id) do update set count = e.count + excluded.count

-- name: one
select book_id, id, platform, account, livemode, code, operation, status, count, first_seen,
       last_seen, example, message, spiked_at
from error_group where platform = %s and livemode = %s and id = %s

-- Groups in which at least `least` errors came since `since`, `factor` times as many as in an equal
-- time of what went before on average, and that nobody was told of since `quiet`.
-- name: spikes
select g.book_id, g.id, g.platform, g.account, g.livemode, g.code, g.operation, g.status, g.count,
       g.first_seen, g.last_seen, g.example, g.message, g.spiked_at, n.lately, n.before
from (select book_id, id,
             coalesce(sum(count) filter (where minute >= %(since)s), 0)::bigint as lately,
             coalesce(sum(count) filter (where minute < %(since)s), 0)::bigint as before
      from error_minute where minute >= %(from)s and minute < %(until)s
      group by book_id, id) n
join error_group g on g.book_id = n.book_id and g.id = n.id
where n.lately >= %(least)s and n.lately * %(windows)s >= n.before * %(factor)s
  and (g.spiked_at is null or g.spiked_at < %(quiet)s)
order by g.book_id, g.id limit %(limit)s

-- name: told
update error_group g set spiked_at = %s
from unnest(%s::bigint[], %s::text[]) as x (book_id, id)
where g.book_id = x.book_id and g.id = x.id
