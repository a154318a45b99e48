-- Event destinations, resends, what became of each delivery's attempts, and how endpoints fare.

create table object_event_destination (like object including defaults);
create table object_webhook_resend    (like object including defaults);
alter table object attach partition object_event_destination
  for values in ('v2.core.event_destination');
alter table object attach partition object_webhook_resend for values in ('webhook_resend');

alter table delivery
  add column object text collate "C",      -- where order matters: the object it waits in line for
  add column tried  text;                  -- JSON objects of the attempts, joined by commas
create index on delivery (book_id, endpoint, object, event)
  where object is not null and status = 'pending';
create index on delivery using brin (created);
create index on event using brin (created);

-- One row for each endpoint that was called; also the lock under which lines of objects move on.
create table endpoint_health (
  book_id       bigint not null,
  endpoint      text collate "C" not null,
  succeeded_at  timestamptz,               -- the last success, give or take a minute
  failing_since timestamptz,               -- null: the latest attempt succeeded
  failed_at     timestamptz,
  answer        text,                      -- of the latest failure
  primary key (book_id, endpoint)
) with (fillfactor = 50);
create index on endpoint_health (failing_since) where failing_since is not null;

grant select, insert, update, delete on endpoint_health to bezant_app;
grant delete on event to bezant_app;
