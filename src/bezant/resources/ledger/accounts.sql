-- name: by_number
select account_id, path, currency, credit_normal, floor, created, closed_at is not null,
       posted_debits, posted_credits, pending_debits, pending_credits
from account where book_id = %s and account_id = any(%s::bigint[])
