-- Movements whose money somebody wants back and waits for an answer: told by `currency`.
create index on object_movement (book_id, currency, id) where currency is not null;
