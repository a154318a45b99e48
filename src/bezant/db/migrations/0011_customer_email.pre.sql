-- Customers are searched by their email without regard to case.

create index on object_customer (book_id, lower(reference), id) where reference is not null;
