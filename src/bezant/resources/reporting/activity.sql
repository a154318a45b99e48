-- Ids carry their time, so an interval is a part of the primary key.
-- name: rows
select t.id, to_timestamp((t.b ->> 'created')::bigint) as created,
       to_timestamp((t.b ->> 'available_on')::bigint) as available_on, t.currency,
       (t.b ->> 'amount')::numeric as gross, (t.b ->> 'fee')::numeric as fee,
       (t.b ->> 'net')::numeric as net, t.b ->> 'reporting_category' as reporting_category,
       t.source as source_id, t.b ->> 'description' as description,
       s.body::jsonb as source, c.body::jsonb as charge, k.body::jsonb as customer,
       case when s.kind in ('charge', 'dispute', 'refund') then s.body::jsonb end as shown,
       case when (p.body::jsonb ->> 'automatic')::boolean then p.body::jsonb end as payout
from (select o.*, o.body::jsonb as b from object o
      where o.kind = 'balance_transaction' and o.book_id = %(book)s and not o.deleted
        and o.id >= %(start_id)s and o.id < %(until_id)s
        and (%(currency)s::text is null or o.currency = %(currency)s::text)
        and (%(category)s::text is null
             or o.body::jsonb ->> 'reporting_category' = %(category)s::text)
        and o.body::jsonb ->> 'balance_type' = 'payments'
        and o.body::jsonb ->> 'reporting_category' not in ('payout', 'payout_reversal')) t
left join object s on s.book_id = t.book_id and s.id = t.source
  and s.kind in ('charge', 'dispute', 'refund', 'topup', 'transfer', 'transfer_reversal')
left join object c on c.book_id = t.book_id and c.kind = 'charge'
  and c.id = case when s.kind = 'charge' then s.id
                  when s.kind in ('dispute', 'refund') then s.body::jsonb ->> 'charge' end
left join object k on k.book_id = t.book_id and k.kind = 'customer'
  and k.id = c.body::jsonb ->> 'customer'
left join object p on p.book_id = t.book_id and p.kind = 'payout'
  and p.id = coalesce(t."group", t.payout)
order by t.id
