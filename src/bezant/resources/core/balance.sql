-- name: of_book
select path, currency,
       case when credit_normal then posted_credits - posted_debits
            else posted_debits - posted_credits end,
       pending_debits + pending_credits
from account where book_id = %s and closed_at is null
order by currency, path
