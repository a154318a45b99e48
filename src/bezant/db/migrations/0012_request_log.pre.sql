-- The request log tells which objects each request was about and what was answered; errors are
-- counted in groups, by the minute.

alter table request_log
  add column operation text,               -- null: an unknown URL
  add column object  text collate "C",     -- what the request was about
  add column objects text[] collate "C",   -- all that it named in its path or wrote
  add column answer  text;                 -- of what wrote or failed, without secrets

create index on request_log (book_id, object, created, id) where object is not null;
create index on request_log (book_id, created, id) where status >= 400;

create table error_group (
  book_id    bigint not null,
  id         text collate "C" not null,
  platform   text collate "C" not null,    -- whose keys asked
  account    text collate "C" not null,
  livemode   boolean not null,
  code       text collate "C" not null,
  operation  text collate "C" not null,    -- or the method, for URLs that there are not
  status     integer not null,             -- of the latest
  count      bigint not null,
  first_seen timestamptz not null,
  last_seen  timestamptz not null,
  example    text collate "C" not null,    -- the latest request
  message    text not null,                -- of the latest
  spiked_at  timestamptz
) with (fillfactor = 70);
alter table error_group add primary key (book_id, id);
create index on error_group (platform, livemode, first_seen, id);
create index on error_group (last_seen);

create table error_minute (
  minute  timestamptz not null,
  book_id bigint not null,
  id      text collate "C" not null,       -- of the group
  count   bigint not null,
  primary key (minute, book_id, id)
) with (fillfactor = 70);

grant select, insert, update, delete on error_group, error_minute to bezant_app;
