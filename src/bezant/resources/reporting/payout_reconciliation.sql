-- What each payout of the interval consists of. An automatic payout counts where it arrives, with
-- the transactions that it was made of; another one where it was made, with itself and what came
-- back of it, unless that is a part of an automatic one by now.
-- name: rows
select t.id, to_timestamp((t.b ->> 'created')::bigint) as created,
       to_timestamp((t.b ->> 'available_on')::bigint) as available_on, t.currency,
       (t.b ->> 'amount')::numeric as gross, (t.b ->> 'fee')::numeric as fee,
       (t.b ->> 'net')::numeric as net, t.b ->> 'reporting_category' as reporting_category,
       t.source as source_id, t.b ->> 'description' as description,
       s.body::jsonb as source, c.body::jsonb as charge, k.body::jsonb as customer,
       case when s.kind in ('charge', 'dispute', 'refund') then s.body::jsonb end as shown,
       p.b as payout
from (select o.*, o.body::jsonb as b from object o
      where o.kind = 'payout' and o.book_id = %(book)s and not o.deleted
        and (o.id >= %(start_payout)s and o.id < %(until_payout)s
             or (o.body::jsonb ->> 'automatic')::boolean
                and o.reference >= %(start_second)s and o.reference < %(until_second)s)) p
join lateral (select o.*, o.body::jsonb as b from object o
              where o.kind = 'balance_transaction' and o.book_id = p.book_id
                and not o.deleted and o.id = any(
                  case when (p.b ->> 'automatic')::boolean then array(
                    select m.id from object m where m.kind = 'balance_transaction'
                      and m.book_id = p.book_id and (m.payout = p.id or m."group" = p.id))
                  else array(
                    select m.id from object m where m.kind = 'balance_transaction'
                      and m.book_id = p.book_id and m.source = p.id
                      and not exists (
                        select from object a where a.kind = 'payout' and a.book_id = m.book_id
                          and a.id = coalesce(m."group", m.payout)
                          and (a.body::jsonb ->> 'automatic')::boolean))
                  end)) t
  on (%(currency)s::text is null or t.currency = %(currency)s::text)
 and (%(category)s::text is null or t.b ->> 'reporting_category' = %(category)s::text)
left join object s on s.book_id = t.book_id and s.id = t.source
  and s.kind in ('charge', 'dispute', 'payout', 'refund', 'topup', 'transfer', 'transfer_reversal')
left join object c on c.book_id = t.book_id and c.kind = 'charge'
  and c.id = case when s.kind = 'charge' then s.id
                  when s.kind in ('dispute', 'refund') then s.body::jsonb ->> 'charge' end
left join object k on k.book_id = t.book_id and k.kind = 'customer'
  and k.id = c.body::jsonb ->> 'customer'
where not (p.b ->> 'automatic')::boolean and p.id >= %(start_payout)s and p.id < %(until_payout)s
   or (p.b ->> 'automatic')::boolean
      and p.reference >= %(start_second)s and p.reference < %(until_second)s
order by p.id, t.id
