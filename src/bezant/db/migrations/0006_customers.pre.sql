-- Customers, their tax ids and payment methods, and tokens: partitions of their own. Each gets its
-- indexes before it is attached, and thereby its primary key last.

create table object_customer       (like object including defaults);
create table object_tax_id         (like object including defaults);
create table object_payment_method (like object including defaults);
create table object_token          (like object including defaults);

create index on object_customer       (book_id, reference, id) where reference is not null; -- email
create index on object_tax_id         (book_id, parent, id) where parent is not null;
create index on object_payment_method (book_id, parent, id) where parent is not null;
create index on object_payment_method (book_id, type, id) where type is not null;

alter table object attach partition object_customer       for values in ('customer');
alter table object attach partition object_tax_id         for values in ('tax_id');
alter table object attach partition object_payment_method for values in ('payment_method');
alter table object attach partition object_token          for values in ('token');
