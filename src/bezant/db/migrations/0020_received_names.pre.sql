-- What came in by the end-to-end id that its payer gave it, as statements show it: in `payout`.
create index on object_movement (payout) where payout is not null;
