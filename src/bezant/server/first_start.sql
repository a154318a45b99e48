-- name: propose_account
insert into setting (name, value) values ('platform_account', %s) on conflict do nothing

-- name: account
select value from setting where name = 'platform_account'
