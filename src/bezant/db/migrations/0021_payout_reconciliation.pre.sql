-- Payouts take the transactions that they are made of, in the order of the payouts.

create index on object_payout (due_at, id) where due_at is not null;
create index on object_payout (book_id, currency, id) where currency is not null;
create index on object_balance_transaction (book_id, currency, id)
  where payout is null and status = 'available';
