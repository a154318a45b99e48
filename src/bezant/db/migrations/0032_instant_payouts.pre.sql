-- A platform and its accounts share a limit of what is paid out instantly in a day.
create index on object_payout (currency, id) where body like '%"method":"instant"%';
