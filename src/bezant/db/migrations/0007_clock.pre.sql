-- The platform's clock in test mode, and what its workers and lists look up by.

create table clock (
  one            boolean primary key default true check (one),
  frozen_at      timestamptz,              -- where it stands; null: it runs
  target         timestamptz,              -- where it is being moved to
  offset_micros  bigint not null default 0, -- how far it runs ahead of the machine's
  check (target is null or frozen_at is not null)
);
insert into clock default values;

create index on delivery (book_id, endpoint, due_at, id) where due_at is not null;
create index on request_log (book_id, created, id);
create index on object_statement_line (book_id, source) where source is not null;

grant select, update on clock to bezant_app;
