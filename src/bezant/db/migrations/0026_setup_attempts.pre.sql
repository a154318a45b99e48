-- The tries of setup intents, and the line items of payment intents, are listed by the intent.

create table object_setup_attempt partition of object for values in ('setup_attempt');
create index on object_setup_attempt (book_id, parent, id) where parent is not null;
create table object_amount_line_item partition of object
  for values in ('payment_intent_amount_details_line_item');
create index on object_amount_line_item (book_id, parent, id) where parent is not null;
