-- Charges are listed and searched by their customer.

create index on object_charge (book_id, source, id) where source is not null;
