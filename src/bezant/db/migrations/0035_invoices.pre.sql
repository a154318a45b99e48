-- Invoices are found by customer and by subscription, lines and payments by their invoice, and what
-- a customer owes and no invoice says yet by customer.

create table object_invoice partition of object for values in ('invoice');
create index on object_invoice (book_id, source, id) where source is not null;
create index on object_invoice (book_id, destination, id) where destination is not null;
create index on object_invoice using gin (((body::jsonb) -> 'metadata') jsonb_path_ops)
  where body not like '%"metadata":{}%';
create table object_invoice_item partition of object for values in ('invoiceitem');
create index on object_invoice_item (book_id, source, status, id) where source is not null;
create index on object_invoice_item (book_id, parent, id) where parent is not null;
create table object_invoice_line partition of object for values in ('line_item');
create index on object_invoice_line (book_id, parent, id) where parent is not null;
create table object_invoice_payment partition of object for values in ('invoice_payment');
create index on object_invoice_payment (book_id, parent, id) where parent is not null;
create index on object_invoice_payment (book_id, source, id) where source is not null;
