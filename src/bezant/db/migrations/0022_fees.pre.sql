-- Fees are swept from all owners together.

create index on account (book_id, account_id) where path = 'fees_payable';

create table object_application_fee partition of object for values in ('application_fee');
create index on object_application_fee (book_id, source, id) where source is not null;
create table object_fee_refund partition of object for values in ('fee_refund');
create index on object_fee_refund (book_id, parent, id) where parent is not null;
