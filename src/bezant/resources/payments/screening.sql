-- How often each of some payers has tried to pay in a span of time, counted no further than `most`.
-- name: by_card
select x.tries from unnest(%(who)s::text[], %(first)s::text[], %(last)s::text[])
  with ordinality as w (who, first, last, at)
cross join lateral (
  select count(*)::integer as tries from (
    select from object where book_id = %(book)s and kind = 'charge' and reference = w.who
      and id between w.first and w.last limit %(most)s) tried) x
order by w.at

-- name: by_email
select x.tries from unnest(%(who)s::text[], %(first)s::text[], %(last)s::text[])
  with ordinality as w (who, first, last, at)
cross join lateral (
  select count(*)::integer as tries from (
    select from object where book_id = %(book)s and kind = 'charge' and destination = w.who
      and id between w.first and w.last limit %(most)s) tried) x
order by w.at

-- name: by_customer
select x.tries from unnest(%(who)s::text[], %(first)s::text[], %(last)s::text[])
  with ordinality as w (who, first, last, at)
cross join lateral (
  select count(*)::integer as tries from (
    select from object where book_id = %(book)s and kind = 'charge' and source = w.who
      and id between w.first and w.last limit %(most)s) tried) x
order by w.at

-- name: by_ip_address
select x.tries from unnest(%(who)s::text[], %(first)s::text[], %(last)s::text[])
  with ordinality as w (who, first, last, at)
cross join lateral (
  select count(*)::integer as tries from (
    select from object where book_id = %(book)s and kind = 'charge' and type = w.who
      and id between w.first and w.last limit %(most)s) tried) x
order by w.at
