-- What is still to come of a book's pending balance transactions, added up by the moment at which
-- it becomes available, so that nobody has to add up the transactions themselves. The door keeps
-- these sums when it writes documents; `bezant verify` adds them up again.
create table coming (
  book_id  bigint not null,
  currency text collate "C" not null,
  due_at   timestamptz not null,
  number   integer not null,  -- of transactions; without any there is no row
  amount   bigint not null,   -- what instant payouts may take ahead
  advanced bigint not null,   -- what they have taken
  primary key (book_id, currency, due_at)
) with (fillfactor = 50);
grant select, insert, update, delete on coming to bezant_app;

-- What lowers the balance always counts. What raises it counts if it is known to be of card
-- payments, which do not come back as bank debits do.
create function counts_ahead(p_type text, p_reference text, p_net bigint) returns boolean
language sql immutable as $$
  select p_net < 0 or coalesce(p_reference = 'card', false) or p_type in
    ('advance_funding', 'charge', 'refund_failure', 'reserve_release', 'transfer_refund')
$$;

-- Quotes inside of texts are escaped, so `"net":` is there once: cutting it out takes a tenth of
-- the time of reading the JSON.
create function net_of(p_body text) returns bigint
language sql immutable as $$
  select split_part(split_part(p_body, '"net":', 2), ',', 1)::bigint
$$;

-- Called by the door when it has decided and not yet written: takes away what its documents came
-- to and adds what they come to now. Rows are locked in the order of their keys, and after
-- everything else that the door locks.
create function sum_coming(
  d_book bigint[], d_kind text[], d_id text[], docver bigint[],
  o_unit int[], o_document int[], o_expected bigint[], o_deleted boolean[], o_body text[],
  o_columns text[], ok boolean[]
) returns void language plpgsql as $$
begin
  insert into coming as t (book_id, currency, due_at, number, amount, advanced)
    select l.b, l.cur, l.due, sum(l.sign),
           coalesce(sum(l.sign * l.net) filter (where counts_ahead(l.t, l.r, l.net)), 0),
           coalesce(-sum(l.sign * l.net) filter (where l.t = 'advance_funding'), 0)
    from (select d_book[x.d] as b, f.currency as cur, f.due_at as due, 1 as sign, f.type as t,
                 f.reference as r, net_of(x.body) as net
          from unnest(o_unit, o_document, o_expected, o_deleted, o_body, o_columns)
            as x(u, d, e, del, body, cols)
          cross join lateral json_to_record(x.cols::json) as f(type text, currency text,
            reference text, due_at timestamptz)
          where d_kind[x.d] = 'balance_transaction' and ok[x.u] and x.e + 1 = docver[x.d]
            and not x.del and f.due_at is not null
          union all
          select o.book_id, o.currency, o.due_at, -1, o.type, o.reference, net_of(o.body)
          from unnest(o_unit, o_document, o_expected) as x(u, d, e)
          join object o on o.book_id = d_book[x.d] and o.kind = d_kind[x.d] and o.id = d_id[x.d]
          where d_kind[x.d] = 'balance_transaction' and ok[x.u] and x.e + 1 = docver[x.d]
            and o.kind = 'balance_transaction' and not o.deleted and o.due_at is not null) l
    group by l.b, l.cur, l.due order by l.b, l.cur, l.due
    on conflict (book_id, currency, due_at) do update set
      number = t.number + excluded.number, amount = t.amount + excluded.amount,
      advanced = t.advanced + excluded.advanced;
  delete from coming t using unnest(d_book, d_kind, d_id) as x(b, k, id), object o
    where x.k = 'balance_transaction' and o.kind = 'balance_transaction'
      and o.book_id = x.b and o.id = x.id and o.due_at is not null
      and t.book_id = o.book_id and t.currency = o.currency and t.due_at = o.due_at
      and t.number = 0;
end $$;

-- The door is what it was, and calls it. A process that still runs what came before calls the same
-- door, and keeps the same sums.
do $do$
declare
  before constant text := pg_get_functiondef('commit_batch'::regproc);
  place constant text := 'if cardinality(o_unit) > 0 then';
begin
  assert strpos(before, place) > 0 and array_length(string_to_array(before, place), 1) = 2;
  execute replace(before, place, place || $new$
    if 'balance_transaction' = any (d_kind) then
      perform sum_coming(d_book, d_kind, d_id, docver, o_unit, o_document, o_expected, o_deleted,
                         o_body, o_columns, ok);
    end if;$new$);
end $do$;
