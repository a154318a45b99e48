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
  where r.book_id = e.book_id and r.source = e.source and r.resolves = e.id and m.holds) r on true
left join lateral (
  select json_agg(json_build_array(v.id, v.reverses, false,
           (select json_agg(p.amount order by p.n) from move p
            where p.book_id = v.book_id and p.entry_id = v.id and p.phase = 0)) order by v.id)
           as entries
  from entry v
  where v.book_id = e.book_id and v.reverses = any(array_append(r.ids, e.id))) v on true
where e.book_id = %s and e.id = any(%s::text[])

-- name: older
select e.id from entry e
where e.book_id = %(book)s and e.id < %(cursor)s
  and e.id between %(least)s and %(most)s
order by e.id desc limit %(count)s

-- name: newer
select e.id from entry e
where e.book_id = %(book)s and e.id > %(cursor)s
  and e.id between %(least)s and %(most)s
order by e.id limit %(count)s

-- name: older_of_source
select e.id from entry e
where e.book_id = %(book)s and e.id < %(cursor)s
  and e.id between %(least)s and %(most)s
  and e.source = %(source)s and (%(account)s::bigint is null or exists (
    select from move m where m.book_id = e.book_id and m.entry_id = e.id
      and %(account)s in (m.debit, m.credit)))
order by e.id desc limit %(count)s

-- name: newer_of_source
select e.id from entry e
where e.book_id = %(book)s and e.id > %(cursor)s
  and e.id between %(least)s and %(most)s
  and e.source = %(source)s and (%(account)s::bigint is null or exists (
    select from move m where m.book_id = e.book_id and m.entry_id = e.id
      and %(account)s in (m.debit, m.credit)))
order by e.id limit %(count)s

-- name: older_of_account
-- In the order of the account's chain; an entry stands where its first move on the account does.
select entry_id from (
  (select m.entry_id, m.debit_version as version from move m
   where m.book_id = %(book)s and m.debit = %(account)s and m.debit_version < %(cursor)s
     and m.debit_version between %(first)s and %(last)s and m.entry_id between %(least)s and %(most)s
     and not exists (select from move o where o.book_id = m.book_id and o.entry_id = m.entry_id
                     and o.n < m.n and %(account)s in (o.debit, o.credit))
   order by m.debit_version desc limit %(count)s)
  union all
  (select m.entry_id, m.credit_version as version from move m
   where m.book_id = %(book)s and m.credit = %(account)s and m.credit_version < %(cursor)s
     and m.credit_version between %(first)s and %(last)s and m.entry_id between %(least)s and %(most)s
     and not exists (select from move o where o.book_id = m.book_id and o.entry_id = m.entry_id
                     and o.n < m.n and %(account)s in (o.debit, o.credit))
   order by m.credit_version desc limit %(count)s)
) x order by version desc limit %(count)s

-- name: newer_of_account
-- In the order of the account's chain; an entry stands where its first move on the account does.
select entry_id from (
  (select m.entry_id, m.debit_version as version from move m
   where m.book_id = %(book)s and m.debit = %(account)s and m.debit_version > %(cursor)s
     and m.debit_version between %(first)s and %(last)s and m.entry_id between %(least)s and %(most)s
     and not exists (select from move o where o.book_id = m.book_id and o.entry_id = m.entry_id
                     and o.n < m.n and %(account)s in (o.debit, o.credit))
   order by m.debit_version limit %(count)s)
  union all
  (select m.entry_id, m.credit_version as version from move m
   where m.book_id = %(book)s and m.credit = %(account)s and m.credit_version > %(cursor)s
     and m.credit_version between %(first)s and %(last)s and m.entry_id between %(least)s and %(most)s
     and not exists (select from move o where o.book_id = m.book_id and o.entry_id = m.entry_id
                     and o.n < m.n and %(account)s in (o.debit, o.credit))
   order by m.credit_version limit %(count)s)
) x order by version limit %(count)s

-- name: exists
select from entry where book_id = %s and id = %s

-- name: place
-- Where an entry's moves stand in an account's chain.
select min(x.version), max(x.version)
from move m cross join lateral (values (m.debit, m.debit_version), (m.credit, m.credit_version))
  as x (account, version)
where m.book_id = %s and m.entry_id = %s and x.account = %s

-- name: versions_recorded
select version_known(%(book)s, %(account)s, %(before)s) + 1,
       version_known(%(book)s, %(account)s, %(until)s)
