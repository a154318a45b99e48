-- name: several
-- An entry's moves, what posted or released its holds (found by their common source), and what
-- reversed it or what posted it.
select e.id, e.kind, e.source, e.effective_at, e.expires_at, e.reverses, e.resolves,
       e.description, e.metadata, m.moves::text, r.entries::text, v.entries::text
from entry e
cross join lateral (
  select json_agg(json_build_array(m.n, m.debit, m.credit, a.currency, m.amount, m.phase,
                                   h.remaining) order by m.n) as moves,
         bool_or(m.phase = 1) as holds
  from move m
  join account a on a.book_id = m.book_id and a.account_id = m.debit
  left join hold h on h.book_id = m.book_id and h.entry_id = m.entry_id and h.n = m.n
  where m.book_id = e.book_id and m.entry_id = e.id) m
left join lateral (
  select array_agg(r.id) as ids,
         json_agg(json_build_array(r.id, r.resolves, coalesce(r.recorded_at >= e.expires_at, false),
           (select coalesce(json_agg(p.amount order by p.n), '[]') from move p
            where p.book_id = r.book_id and p.entry_id = r.id and p.phase = 0)) order by r.id)
           as entries
  from entry r
  where r.book_id = e.book_id and r.source = e.source and r.resolves = e.id) r on m.holds
left join lateral (
  select json_agg(json_build_array(v.id, v.reverses, false,
           (select json_agg(p.amount order by p.n) from move p
            where p.book_id = v.book_id and p.entry_id = v.id and p.phase = 0)) order by v.id)
           as entries
  from entry v
  where v.book_id = e.book_id and v.reverses = any(array_append(r.ids, e.id))) v on true
where e.book_id = %s and e.id = any(%s::text[])

-- name: page
select id from entry
where book_id = %(book)s and id > %(least)s and id < %(most)s
order by id desc limit %(count)s

-- name: page_back
select id from entry
where book_id = %(book)s and id > %(least)s and id < %(most)s
order by id limit %(count)s

-- name: page_of_source
select id from entry
where book_id = %(book)s and source = %(source)s and id > %(least)s and id < %(most)s
order by id desc limit %(count)s

-- name: page_of_source_back
select id from entry
where book_id = %(book)s and source = %(source)s and id > %(least)s and id < %(most)s
order by id limit %(count)s
