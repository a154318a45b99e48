-- What an acquirer has approved, as an account's charges and refunds have it.

-- name: refunds
select source, hidden from object
where kind = 'refund'
  and (book_id, source) in (select * from unnest(%s::bigint[], %s::text[]))

-- name: authorizations
-- Of the charges of some time, the oldest first.
select right(id, 24), hidden from object
where book_id = %(book)s and kind = 'charge' and not deleted
  and right(id, 24) > %(after)s and right(id, 24) <= %(last)s
order by right(id, 24)
limit %(limit)s
