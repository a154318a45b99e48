-- name: book
select 1 from book where book_id = %s

-- name: books_of_slot
select owner, livemode from book where (book_id & 65535) = %s order by book_id

-- name: paths
select distinct path from account where book_id = %s order by path limit 1000
