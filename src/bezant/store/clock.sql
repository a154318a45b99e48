-- name: read
select frozen_at, target, offset_micros from clock

-- name: freeze
update clock set frozen_at = coalesce(frozen_at, %s)

-- name: aim
update clock set target = greatest(%s, frozen_at) where frozen_at is not null

-- name: reach
update clock set frozen_at = %(moment)s,
                 target = case when target > %(moment)s then target end

-- name: run
update clock set frozen_at = null, target = null, offset_micros = greatest(offset_micros, %s)

-- name: next_due
select min(at) from (
  (select due_at as at from object where kind = 'movement' and status = 'scheduled'
     and due_at > %(after)s order by due_at limit 1)
  union all
  (select due_at from object where kind = 'payout_schedule' and due_at > %(after)s
     order by due_at limit 1)
  union all
  (select expires_at from hold where remaining > 0 and expires_at > %(after)s
     order by expires_at limit 1)
  union all
  (select due_at from delivery where due_at > %(after)s order by due_at limit 1)
  union all
  (select run_at from job where run_at > %(after)s order by run_at limit 1)) as waiting

-- name: has_live_keys
select exists (select from api_key where livemode and revoked is null)
