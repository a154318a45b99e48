-- name: by_reference
select body from object
where book_id = %s and kind = 'card_settlement' and reference = any(%s::text[])
