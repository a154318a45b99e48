-- Movements by the rail at the bank that they go over, by when they are to be looked at again, by
-- what they are about, and by their own end-to-end id, whatever the book.
drop index object_movement_due_at_id_idx;
create index on object_movement  ("group", due_at, id) where status = 'scheduled';
create index on object_movement  (due_at, id)
  where status in ('submitted', 'acknowledged', 'unknown', 'settled') and due_at is not null;
create index on object_movement  (id);
create index on object_movement  (book_id, destination, id) where destination is not null;
create index on object_movement  (book_id, status, id) where status is not null;
create index on object_bank_file ("group", id) where status in ('prepared', 'unknown', 'delivered');
create index on object_bank_file (book_id, type, id) where type is not null;

update object set
  type = case when body like '%"direction":"debit"%' then 'receive' else 'pay' end,
  "group" = (body::json ->> 'bank') || '/' || (body::json ->> 'rail')
where kind = 'movement';
update object set
  type = body::json ->> 'direction',
  "group" = (body::json ->> 'bank') || '/' || (body::json ->> 'rail')
where kind = 'bank_file';

-- Statements by the account that they are of: each continues the one before it.
create index on object_statement (book_id, source, id) where source is not null;
update object set source =
  (body::json ->> 'bank') || '|' || (body::json ->> 'account') || '|' || (body::json ->> 'currency')
where kind = 'bank_statement';
