-- What was pending before its sums were kept is added up once. What writes documents begins with
-- `door_batch`: whoever had begun is waited for, and nobody begins meanwhile.
lock table door_batch in share row exclusive mode;
delete from coming;
insert into coming (book_id, currency, due_at, number, amount, advanced)
  select o.book_id, o.currency, o.due_at, count(*),
         coalesce(sum(n.net) filter (where counts_ahead(o.type, o.reference, n.net)), 0),
         coalesce(-sum(n.net) filter (where o.type = 'advance_funding'), 0)
  from object o cross join lateral (select net_of(o.body) as net) n
  where o.kind = 'balance_transaction' and o.due_at is not null and not o.deleted
  group by o.book_id, o.currency, o.due_at;
