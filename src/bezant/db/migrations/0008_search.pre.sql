-- Charges are searched by what their metadata holds. Most have none, and cost nothing here.

create index on object_charge using gin (((body::jsonb) -> 'metadata') jsonb_path_ops)
  where body not like '%"metadata":{}%';
