-- Accounts are listed by their configurations, each of which has a column of its own, and closed
-- accounts are listed apart.
create index on object_account (book_id, "type", id) where "type" is not null;
create index on object_account (book_id, "group", id) where "group" is not null;
create index on object_account (book_id, reference, id) where reference is not null;
create index on object_account (book_id, id) where deleted;

update object_account set
  "type" = case when exists (
    select from jsonb_object_keys(body::jsonb -> 'capabilities') as name where name like '%\_payments'
  ) then 'merchant' end,
  "group" = case when body::jsonb -> 'capabilities' ? 'transfers' then 'recipient' end
where body::jsonb -> 'capabilities' <> '{}';
