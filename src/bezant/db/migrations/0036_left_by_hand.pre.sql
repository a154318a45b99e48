-- An automatic payout lists what payouts by hand have left to it, too.
create index on object_balance_transaction (book_id, "group", id) where "group" is not null;
