-- name: of
select a.book_id, a.account_id, a.path, a.currency,
       case when a.credit_normal then a.posted_credits - a.posted_debits
            else a.posted_debits - a.posted_credits end,
       case when a.credit_normal then a.posted_credits - a.posted_debits - a.pending_debits
            else a.posted_debits - a.posted_credits - a.pending_credits end,
       case when a.credit_normal then a.pending_credits else a.pending_debits end,
       case when a.credit_normal then a.pending_debits else a.pending_credits end,
       a.version
from unnest(%s::bigint[], %s::bigint[]) with ordinality as x (book_id, account_id, o)
join account a on a.book_id = x.book_id and a.account_id = x.account_id
order by x.o

-- name: at_paths
select a.book_id, a.account_id, a.path, a.currency,
       case when a.credit_normal then a.posted_credits - a.posted_debits
            else a.posted_debits - a.posted_credits end,
       case when a.credit_normal then a.posted_credits - a.posted_debits - a.pending_debits
            else a.posted_debits - a.posted_credits - a.pending_credits end,
       case when a.credit_normal then a.pending_credits else a.pending_debits end,
       case when a.credit_normal then a.pending_debits else a.pending_credits end,
       a.version
from account a
where a.book_id = %s and a.path = any(%s::text[])
order by a.path, a.currency

-- name: clearing
select a.path, a.currency,
       sum(case when a.credit_normal then a.posted_credits - a.posted_debits
                else a.posted_debits - a.posted_credits end)::bigint
from account a
where a.path like any(%s::text[])
group by a.path, a.currency order by a.path, a.currency
