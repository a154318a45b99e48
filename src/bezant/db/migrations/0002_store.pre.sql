-- The store: API objects as documents, events, outbox and deliveries, idempotency, jobs, keys,
-- request log and bank files. Money never lives here: a document's status is tied to the ledger.

create table object (
  book_id     bigint not null,
  kind        text collate "C" not null,
  id          text collate "C" not null,
  created     timestamptz not null,
  version     bigint not null,
  deleted     boolean not null default false,
  body        text not null,               -- the API's JSON, passed through untouched
  hidden      text,                        -- JSON that no answer shows
  -- What lists filter on and workers look up by; a kind uses the few it declares.
  status      text collate "C",
  type        text collate "C",
  currency    text collate "C",
  source      text collate "C",
  destination text collate "C",
  payout      text collate "C",
  parent      text collate "C",            -- the object whose sub-list this is in
  "group"     text collate "C",
  file        text collate "C",
  reference   text collate "C",
  due_at      timestamptz
) partition by list (kind);

create table object_account             partition of object for values in ('account');
create table object_bank_account        partition of object for values in ('bank_account');
create table object_topup               partition of object for values in ('topup');
create table object_transfer            partition of object for values in ('transfer');
create table object_transfer_reversal   partition of object for values in ('transfer_reversal');
create table object_charge              partition of object for values in ('charge');
create table object_refund              partition of object for values in ('refund');
create table object_payout              partition of object for values in ('payout');
create table object_balance_transaction partition of object for values in ('balance_transaction');
create table object_webhook_endpoint    partition of object for values in ('webhook_endpoint');
create table object_ledger_account      partition of object for values in ('ledger.account');
create table object_movement            partition of object for values in ('movement');
create table object_bank_file           partition of object for values in ('bank_file');
create table object_statement           partition of object for values in ('bank_statement');
create table object_statement_line      partition of object for values in ('bank_statement_line');
create table object_other               partition of object default;

-- References: a top-up's amount, when a payout arrives. Why partial: see the ledger's head.
create index on object_topup               (book_id, status, id) where status is not null;
create index on object_topup               (book_id, reference, id) where reference is not null;
create index on object_transfer            (book_id, destination, id) where destination is not null;
create index on object_transfer            (book_id, "group", id) where "group" is not null;
create index on object_transfer_reversal   (book_id, parent, id) where parent is not null;
create index on object_charge              (book_id, "group", id) where "group" is not null;
create index on object_refund              (book_id, source, id) where source is not null;
create index on object_payout              (book_id, status, id) where status is not null;
create index on object_payout              (book_id, destination, id) where destination is not null;
create index on object_payout              (book_id, reference, id) where reference is not null;
create index on object_balance_transaction (book_id, source, id) where source is not null;
create index on object_balance_transaction (book_id, type, id) where type is not null;
create index on object_balance_transaction (book_id, payout, id) where payout is not null;
create index on object_balance_transaction (book_id, currency, id) where currency is not null;
create index on object_ledger_account      (book_id, created, id);
create index on object_ledger_account      (book_id, reference) where reference is not null;
create index on object_movement            (book_id, source) where source is not null;
create index on object_movement            (due_at, id) where status = 'scheduled';
create index on object_movement            (id) where status = 'created';
create index on object_movement            (reference) where reference is not null;
create index on object_movement            (file, id) where file is not null;
create index on object_bank_file           (book_id, status, id) where status is not null;
create index on object_bank_file           (book_id, source) where source is not null;
create index on object_bank_file           (book_id, reference) where reference is not null;
create index on object_statement           (book_id, reference) where reference is not null;
create index on object_statement_line      (book_id, parent, id) where parent is not null;
create index on object_statement_line      (book_id, status, id) where status is not null;
create index on object_statement_line      (book_id, reference) where reference is not null;
alter table object add primary key (book_id, kind, id);

create table bank_file_content (
  book_id bigint not null,
  id      text collate "C" not null,
  content bytea not null,
  primary key (book_id, id)
);

create table event (
  book_id bigint not null,
  id      text collate "C" not null,
  type    text collate "C" not null,
  object  text collate "C" not null,
  created timestamptz not null,
  request text collate "C",
  body    text not null
);
create index on event (book_id, type, id) where type is not null;
create index on event (book_id, object, id) where object is not null;
alter table event add primary key (book_id, id);

create table outbox (
  book_id bigint not null,
  id      text collate "C" not null,       -- the event
  primary key (book_id, id)
);

create table delivery (
  book_id    bigint not null,
  id         text collate "C" not null,
  event_book bigint not null,
  event      text collate "C" not null,
  endpoint   text collate "C" not null,
  attempts   integer not null default 0,
  due_at     timestamptz,                  -- null: delivered, or given up
  status     text not null,                -- pending, delivered, failed
  answer     text,                         -- of the latest attempt, in a few words
  created    timestamptz not null,
  attempted_at timestamptz
) with (fillfactor = 70);
create index on delivery (due_at, id) where due_at is not null;
create index on delivery (event_book, event);
create index on delivery (book_id, endpoint, id) where endpoint is not null;
alter table delivery add primary key (book_id, id);

create table idempotency (
  book_id  bigint not null,
  key      text collate "C" not null,
  digest   bytea not null,                 -- of method, path and parameters
  status   integer not null,
  body     text not null,
  outcomes text,                           -- JSON, for calls whose items succeed on their own
  request  text collate "C" not null,
  created  timestamptz not null,
  primary key (book_id, key)
);
create index on idempotency using brin (created);

create table job (
  book_id    bigint not null,
  id         text collate "C" not null,
  kind       text collate "C" not null,
  payload    text not null,
  run_at     timestamptz,                  -- null: done or parked
  attempts   integer not null default 0,
  status     text not null default 'ready', -- ready, done, parked
  problem    text,
  primary key (book_id, id)
) with (fillfactor = 70);
create index on job (run_at, id) where run_at is not null;

create table schedule (
  name          text collate "C" primary key,
  every_seconds integer not null check (every_seconds > 0),
  next_at       timestamptz not null
);

create table api_key (
  digest   bytea primary key,              -- SHA-256 of the secret: 256 bits need no salt
  id       text collate "C" not null,
  account  text collate "C" not null,
  livemode boolean not null,
  name     text not null,
  shown    text not null,                  -- the last four characters
  created  timestamptz not null,
  revoked  timestamptz
);

create table setting (
  name  text collate "C" primary key,
  value text not null
);

create table request_log (
  book_id  bigint not null,
  id       text collate "C" not null,
  created  timestamptz not null,
  method   text not null,
  path     text not null,
  status   integer not null,
  account  text collate "C" not null,
  key      text collate "C" not null,
  idempotency_key text,
  code     text,
  micros   bigint not null,
  parameters text,
  primary key (book_id, id)
);
create index on request_log using brin (created);

grant select, insert on all tables in schema public to bezant_app;
grant update on object, delivery, idempotency, job, schedule, api_key to bezant_app;
grant delete on outbox, idempotency, request_log, delivery, job to bezant_app;
