-- name: operator
select value from setting where name = 'platform_account'
