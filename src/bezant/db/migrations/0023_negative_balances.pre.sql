-- Balances below zero are looked at several times a day.

create index on account (book_id, currency) where path = 'available' and posted_credits < posted_debits;
create index on account (book_id, currency) where path = 'connect_reserved';
create index on object_account (id);
