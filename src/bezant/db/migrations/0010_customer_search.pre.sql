-- Customers are searched by what their metadata holds; those that have none cost nothing here.

create index on object_customer using gin (((body::jsonb) -> 'metadata') jsonb_path_ops)
  where body not like '%"metadata":{}%';
