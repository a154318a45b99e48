-- Accounts are paid out when their schedule says so.

create table object_payout_schedule partition of object for values in ('payout_schedule');
create index on object_payout_schedule (due_at, id) where due_at is not null;
