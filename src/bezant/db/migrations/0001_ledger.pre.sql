-- The ledger: books, accounts with their balances, entries, moves, holds, daily sums and seals.
-- Every key starts with the book, so that books can be spread over machines without a change of
-- SQL. No triggers, no sequences, no foreign keys in the hot path: the posting function proves
-- what they would, the constraints refuse what it must never write, `bezant verify` checks both.
--
-- Look-ups by key must use the primary key, whatever the planner believes of a table that was empty
-- or small when it planned. So other indexes that begin with the book are partial, on a column that
-- such look-ups do not name, or are made before the primary key: of equals the youngest is taken.

do $$
begin
  if not exists (select from pg_roles where rolname = 'bezant_app') then
    create role bezant_app nologin;
  end if;
exception when duplicate_object or unique_violation then null;  -- another database of this cluster
end $$;

create table book (
  book_id  bigint primary key,
  owner    text collate "C" not null,      -- an account id, or 'house' for the operator
  livemode boolean not null
);
create index book_slot on book ((book_id & 65535));  -- an id carries the slot of its book

create table account (
  book_id         bigint not null,
  account_id      bigint not null,         -- a hash of path and currency
  path            text collate "C" not null,
  currency        text collate "C" not null,
  credit_normal   boolean not null,
  floor           bigint,                  -- the least available balance; null: no limit
  created         timestamptz not null,
  digest          bytea not null,          -- over everything above
  posted_debits   bigint not null default 0,
  posted_credits  bigint not null default 0,
  pending_debits  bigint not null default 0,
  pending_credits bigint not null default 0,
  sunk_to         bigint,                  -- how far a named cause has forced it below its floor
  version         bigint not null default 0,
  touched_at      timestamptz not null,    -- recorded_at of the latest move
  closed_at       timestamptz,
  constraint counters_are_sums check (posted_debits >= 0 and posted_credits >= 0
                                      and pending_debits >= 0 and pending_credits >= 0),
  constraint floor_holds check (floor is null or least(floor, sunk_to) <=
    case when credit_normal then posted_credits - posted_debits - pending_debits
         else posted_debits - posted_credits - pending_credits end)
) with (fillfactor = 50);
create unique index account_path on account (book_id, path, currency);
alter table account add primary key (book_id, account_id);

create table entry (
  book_id      bigint not null,
  id           text collate "C" not null,
  kind         text not null,              -- the flow and its event: 'payout.created'
  source       text collate "C" not null,  -- the object that this entry moves money for
  request      text collate "C",           -- the API request that caused it
  effective_at timestamptz not null,
  recorded_at  timestamptz not null,
  expires_at   timestamptz,                -- of its holds
  reverses     text collate "C",
  reversal_no  integer,
  resolves     text collate "C",           -- the pending entry whose holds it captures or releases
  description  text,
  metadata     text,
  moves        integer not null check (moves > 0),
  digest       bytea not null,             -- over the entry and its moves as they were asked for
  xid          bigint not null,            -- the database transaction, for the seals' watermark
  check ((reverses is null) = (reversal_no is null))
);
create index entry_source on entry (book_id, source, id) where source is not null;
create unique index entry_reverses on entry (book_id, reverses, reversal_no)
  where reverses is not null;
create index entry_xid on entry (xid);  -- small, for a batch has one and they only grow
alter table entry add primary key (book_id, id);

create table move (
  book_id          bigint not null,
  entry_id         text collate "C" not null,
  n                integer not null,
  debit            bigint not null,
  credit           bigint not null,
  amount           bigint not null check (amount > 0),   -- minor units
  phase            smallint not null check (phase between 0 and 2), -- posted, pending, released
  forced_by        text,                                 -- the cause that may break a floor
  effective_at     timestamptz not null,
  recorded_at      timestamptz not null,
  debit_version    bigint not null,
  debit_posted     bigint not null,        -- posted balance after, on the account's normal side
  debit_available  bigint not null,
  credit_version   bigint not null,
  credit_posted    bigint not null,
  credit_available bigint not null,
  primary key (book_id, entry_id, n),
  check (debit <> credit)
);
create unique index move_debit on move (book_id, debit, debit_version);
create unique index move_credit on move (book_id, credit, credit_version);

create table hold (
  book_id    bigint not null,
  entry_id   text collate "C" not null,
  n          integer not null,             -- of the pending move
  amount     bigint not null check (amount > 0),
  remaining  bigint not null,
  expires_at timestamptz,
  primary key (book_id, entry_id, n),
  check (remaining between 0 and amount)
) with (fillfactor = 80);
create index hold_expiry on hold (expires_at) where remaining > 0 and expires_at is not null;

create table daily (
  book_id       bigint not null,
  account_id    bigint not null,
  day           date not null,             -- of effect, in UTC
  debits        bigint not null,
  credits       bigint not null,
  first_version bigint not null,           -- where the day's moves stand in the account's chain
  last_version  bigint not null,
  primary key (book_id, account_id, day)
) with (fillfactor = 70);

create table seal (
  n         bigint primary key,
  from_xid  bigint not null,               -- inclusive
  to_xid    bigint not null,               -- exclusive
  entries   bigint not null,
  moves     bigint not null,
  totals    text not null,                 -- posted amount by currency, as JSON
  root      bytea not null,                -- Merkle root over the window's entries
  previous  bytea not null,                -- the digest of the seal before
  sealed_at timestamptz not null,
  digest    bytea not null                 -- over all of the above
);

grant select, insert on book, entry, move, daily, hold, account, seal to bezant_app;
grant update on account, hold, daily to bezant_app;
