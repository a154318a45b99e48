-- name: add
insert into api_key (digest, id, account, livemode, name, shown, created,
                     kind, permissions, version, expires)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict (digest) do nothing

-- name: by_digest
select id, account, livemode, name, shown, created, revoked,
       kind, permissions, version, expires, successor
from api_key where digest = %s

-- name: of_account
select id, account, livemode, name, shown, created, revoked,
       kind, permissions, version, expires, successor
from api_key where account = %s and livemode = %s order by id

-- name: to_roll
select id, account, livemode, name, shown, created, revoked,
       kind, permissions, version, expires, successor
from api_key where account = %s and id = %s for update

-- name: succeeded
update api_key set successor = %s, expires = least(expires, %s) where account = %s and id = %s

-- name: revoke
update api_key set revoked = %s where account = %s and id = %s and revoked is null
