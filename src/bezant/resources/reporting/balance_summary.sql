-- The posted balance at both ends is the ledger's own; what lies between is added up from its moves.
-- Money that becomes available goes from one of the two accounts to the other, and adds nothing.
-- name: rows
with spans as materialized (
  select a.account_id, a.currency, a.credit_normal,
         version_known(a.book_id, a.account_id, %(start)s::timestamptz - interval '1 microsecond') as opening,
         version_known(a.book_id, a.account_id, %(until)s::timestamptz - interval '1 microsecond') as closing
  from account a
  where a.book_id = %(book)s and a.path in ('available', 'pending')
    and (%(currency)s::text is null or a.currency = %(currency)s::text)),
ends as (
  select s.currency,
         sum(coalesce((select posted from leg l where l.book_id = %(book)s
                       and l.account_id = s.account_id and l.version = s.opening), 0)) as opening,
         sum(coalesce((select posted from leg l where l.book_id = %(book)s
                       and l.account_id = s.account_id and l.version = s.closing), 0)) as closing
  from spans s group by s.currency),
moved as (
  select s.currency,
         sum(case when l.is_debit = s.credit_normal then -l.amount else l.amount end)
           filter (where e.kind not like 'payout.%%') as activity,
         sum(case when l.is_debit = s.credit_normal then -l.amount else l.amount end)
           filter (where e.kind like 'payout.%%') as payouts
  from spans s
  join leg l on l.book_id = %(book)s and l.account_id = s.account_id
            and l.version > s.opening and l.version <= s.closing and l.phase = 0
  join entry e on e.book_id = %(book)s and e.id = l.entry_id
  group by s.currency)
select x.category, x.description, x.net, ends.currency
from ends left join moved on moved.currency = ends.currency
cross join lateral (values
  (1, 'starting_balance', 'Starting balance (' || to_char(%(start)s::timestamptz at time zone %(timezone)s,
                                                          'YYYY-MM-DD') || ')', ends.opening),
  (2, 'activity', 'Activity', coalesce(moved.activity, 0)),
  (3, 'payouts', 'Total payouts', coalesce(moved.payouts, 0)),
  (4, 'ending_balance', 'Ending balance (' || to_char(%(until)s::timestamptz at time zone %(timezone)s,
                                                      'YYYY-MM-DD') || ')', ends.closing)
) x (place, category, description, net)
order by ends.currency, x.place
