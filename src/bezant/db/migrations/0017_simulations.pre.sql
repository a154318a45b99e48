-- What is to happen at a simulated bank, until it has.

create index on object_other (kind, id) where status = 'pending';
