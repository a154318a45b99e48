-- What the benchmark calls of pgledger, as small as can be: names and types, and no ledger behind.
create table peer_account (id text primary key, balance money not null default 0);
create sequence peer_number;
create type transfer_request as (from_account_id text, to_account_id text, amount money);

create function pgledger_create_account(name text, currency text) returns setof peer_account
language sql as $$
  insert into peer_account (id) values (name || ':' || currency) returning *
$$;

create function pgledger_create_transfers(transfer_requests transfer_request[])
returns table (id text)
language plpgsql as $$
declare
  one transfer_request;
begin
  foreach one in array transfer_requests loop
    update peer_account a set balance = balance - one.amount where a.id = one.from_account_id;
    update peer_account a set balance = balance + one.amount where a.id = one.to_account_id;
    id := nextval('peer_number')::text;
    return next;
  end loop;
end $$;

create function pgledger_create_transfer(from_account_id text, to_account_id text, amount money)
returns table (id text)
language sql as $$
  select id from pgledger_create_transfers(
    array[(from_account_id, to_account_id, amount)::transfer_request])
$$;
