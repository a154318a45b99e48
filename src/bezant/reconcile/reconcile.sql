-- name: known_lines
select reference, id from object
where kind = 'bank_statement_line' and book_id = %s and reference = any(%s::text[])
