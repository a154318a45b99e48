-- name: idempotency
delete from idempotency where ctid = any(array(
  select ctid from idempotency where created < %s limit %s))

-- name: door_batches
delete from door_batch where ctid = any(array(
  select ctid from door_batch where created < %s limit %s))

-- name: request_log
delete from request_log where ctid = any(array(
  select ctid from request_log where created < %s limit %s))

-- name: error_minutes
delete from error_minute where ctid = any(array(
  select ctid from error_minute where minute < %s limit %s))

-- name: error_groups
delete from error_group where ctid = any(array(
  select ctid from error_group where last_seen < %s limit %s))

-- name: deliveries
delete from delivery where ctid = any(array(
  select ctid from delivery where created < %s and status <> 'pending' limit %s))

-- An event that somebody still waits for stays.
-- name: events
delete from event where ctid = any(array(
  select ctid from event e where created < %s
    and not exists (select from outbox o where o.book_id = e.book_id and o.id = e.id)
    and not exists (select from delivery d where d.event_book = e.book_id and d.event = e.id
                                             and d.status = 'pending')
  limit %s))

-- name: jobs
delete from job where ctid = any(array(
  select ctid from job where id < %s and status = 'done' limit %s))
