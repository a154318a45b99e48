-- Charges and refunds have ids with two prefixes each, so that they stand in the order of what
-- follows the prefix.

create index on object_charge (book_id, (right(id, 24))) where not deleted;
create index on object_refund (book_id, (right(id, 24))) where not deleted;
create index on object_charge (book_id, parent, id) where parent is not null;
create index on object_refund (book_id, parent, id) where parent is not null;

-- What is pending becomes available when its time has come.

create index on object_balance_transaction (due_at, id) where due_at is not null;

create table object_payment_intent partition of object for values in ('payment_intent');
create index on object_payment_intent (book_id, source, id) where source is not null;
create index on object_payment_intent using gin (((body::jsonb) -> 'metadata') jsonb_path_ops)
  where body not like '%"metadata":{}%';
create table object_setup_intent partition of object for values in ('setup_intent');
create index on object_setup_intent (book_id, source, id) where source is not null;
create index on object_setup_intent (book_id, parent, id) where parent is not null;
