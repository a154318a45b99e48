-- How often somebody at an IP address has tried to pay of late.
create index on object_charge (book_id, type, id) where type is not null;
