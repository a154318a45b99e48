-- Lists of values that rules about risk look into, and what is in them by what it is compared with.

create table object_value_list      (like object including defaults);
create table object_value_list_item (like object including defaults);

create index on object_value_list      (book_id, reference, id) where reference is not null; -- alias
create index on object_value_list_item (book_id, parent, id) where parent is not null;
create index on object_value_list_item (book_id, reference, parent) where reference is not null;

alter table object attach partition object_value_list      for values in ('radar.value_list');
alter table object attach partition object_value_list_item for values in ('radar.value_list_item');

-- How often a card, or somebody with an e-mail address, has tried to pay of late.
create index on object_charge (book_id, reference, id) where reference is not null;
create index on object_charge (book_id, destination, id) where destination is not null;
update object set reference = body::json #>> '{payment_method_details,card,fingerprint}',
  destination = coalesce(body::json #>> '{billing_details,email}', body::json ->> 'receipt_email')
where kind = 'charge';
