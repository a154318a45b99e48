-- How often each of some payers has tried to pay in a span of time, counted no further than `most`.
-- Payments by card and those that a bank carries have ids of two prefixes.
-- name: by_fingerprint
select x.tries from unnest(%(who)s::text[], %(first)s::text[], %(last)s::text[])
  with ordinality as w (who, first, last, at)
cross join lateral (
  select count(*)::integer as tries from (
    select from object where book_id = %(book)s and kind = 'charge' and reference = w.who
      and id between w.first and w.last
    union all
    select from object where book_id = %(book)s and kind = 'charge' and reference = w.who
      and id between overlay(w.first placing 'py' from 1 for 2)
        and overlay(w.last placing 'py' from 1 for 2)
    limit %(most)s) tried) x
order by w.at

-- name: by_email
select x.tries from unnest(%(who)s::text[], %(first)s::text[], %(last)s::text[])
  with ordinality as w (who, first, last, at)
cross join lateral (
  select count(*)::integer as tries from (
    select from object where book_id = %(book)s and kind = 'charge' and destination = w.who
      and id between w.first and w.last
    union all
    select from object where book_id = %(book)s and kind = 'charge' and destination = w.who
      and id between overlay(w.first placing 'py' from 1 for 2)
        and overlay(w.last placing 'py' from 1 for 2)
    limit %(most)s) tried) x
order by w.at

-- name: by_customer
select x.tries from unnest(%(who)s::text[], %(first)s::text[], %(last)s::text[])
  with ordinality as w (who, first, last, at)
cross join lateral (
  select count(*)::integer as tries from (
    select from object where book_id = %(book)s and kind = 'charge' and source = w.who
      and id between w.first and w.last
    union all
    select from object where book_id = %(book)s and kind = 'charge' and source = w.who
      and id between overlay(w.first placing 'py' from 1 for 2)
        and overlay(w.last placing 'py' from 1 for 2)
    limit %(most)s) tried) x
order by w.at

-- name: by_ip_address
select x.tries from unnest(%(who)s::text[], %(first)s::text[], %(last)s::text[])
  with ordinality as w (who, first, last, at)
cross join lateral (
  select count(*)::integer as tries from (
    select from object where book_id = %(book)s and kind = 'charge' and type = w.who
      and id between w.first and w.last
    union all
    select from object where book_id = %(book)s and kind = 'charge' and type = w.who
      and id between overlay(w.first placing 'py' from 1 for 2)
        and overlay(w.last placing 'py' from 1 for 2)
    limit %(most)s) tried) x
order by w.at
