-- What is kept back is released when its day has come; holds are found by their plan, or by the
-- payment that they are of.

create table object_reserve_hold partition of object for values in ('reserve.hold');
create index on object_reserve_hold (due_at, id) where due_at is not null;
create index on object_reserve_hold (book_id, parent, id) where parent is not null;
create index on object_reserve_hold (book_id, source, id) where source is not null;
create table object_reserve_plan partition of object for values in ('reserve.plan');
create index on object_reserve_plan (due_at, id) where due_at is not null;
create index on object_reserve_plan (book_id, status, id) where status is not null;
create table object_reserve_release partition of object for values in ('reserve.release');
create index on object_reserve_release (book_id, parent, id) where parent is not null;
create index on object_reserve_release (book_id, source, id) where source is not null;

-- What was sent ahead for refunds and disputes makes good what they have taken below zero.

create index on account (book_id, currency) where path = 'prefunded';

-- What becomes available does so book by book.

create index on object_balance_transaction (due_at, book_id, id) where due_at is not null;
drop index object_balance_transaction_due_at_id_idx;
