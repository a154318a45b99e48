-- The batches of sent files that hold several.
create table object_bank_file_batch partition of object for values in ('bank_file.batch');
create index on object_bank_file_batch (book_id, parent, id) where parent is not null;
