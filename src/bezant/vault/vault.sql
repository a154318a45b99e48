-- name: known
select id from vault.card where owner = %s and fingerprint = %s

-- name: add
insert into vault.card (id, owner, fingerprint, key, wrapped, sealed, created)
values (%s, %s, %s, %s, %s, %s, %s)
on conflict (owner, fingerprint) do nothing

-- name: several
select id, key, wrapped, sealed from vault.card where id = any(%s::text[])

-- name: census
select key, count(*) from vault.card group by key order by key

-- name: to_rewrap
select id, key, wrapped, sealed from vault.card where key <> %s
order by id limit %s for update skip locked

-- name: rewrapped
update vault.card as c set key = %s, wrapped = n.wrapped
from unnest(%s::text[], %s::bytea[]) as n (id, wrapped) where c.id = n.id
