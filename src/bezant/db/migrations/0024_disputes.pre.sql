-- Disputes, warnings of fraud and reviews have partitions of their own, with their primary keys last.

create table object_dispute             (like object including defaults);
create table object_early_fraud_warning (like object including defaults);
create table object_review              (like object including defaults);

create index on object_dispute             (book_id, source, id) where source is not null; -- charge
create index on object_dispute             (book_id, parent, id) where parent is not null; -- intent
create index on object_early_fraud_warning (book_id, source, id) where source is not null;
create index on object_early_fraud_warning (book_id, parent, id) where parent is not null;
create index on object_review              (book_id, status, id) where status is not null;

alter table object attach partition object_dispute             for values in ('dispute');
alter table object attach partition object_early_fraud_warning
  for values in ('radar.early_fraud_warning');
alter table object attach partition object_review              for values in ('review');
