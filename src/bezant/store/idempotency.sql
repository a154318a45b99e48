-- name: answer
select digest, status, body, request, outcomes from idempotency where book_id = %s and key = %s
