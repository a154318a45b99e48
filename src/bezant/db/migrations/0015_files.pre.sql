-- Files and their links have partitions of their own, with their primary keys last.

create table object_file      (like object including defaults);
create table object_file_link (like object including defaults);

create index on object_file      (book_id, type, id) where type is not null;           -- purpose
create index on object_file_link (book_id, parent, id) where parent is not null;
create index on object_file_link (book_id, reference, id) where reference is not null; -- its end

alter table object attach partition object_file      for values in ('file');
alter table object attach partition object_file_link for values in ('file_link');
