-- Card numbers, sealed; a schema and a role of their own that nothing else may use.

do $$
begin
  if not exists (select from pg_roles where rolname = 'bezant_vault') then
    create role bezant_vault nologin;
  end if;
end
$$;

create schema vault;

create table vault.card (
  id          text collate "C" primary key,
  owner       text collate "C" not null,   -- the platform whose card it is
  fingerprint text collate "C" not null,   -- a keyed hash of the number
  key         text collate "C" not null,   -- the master key that wraps the card's own
  wrapped     bytea not null,
  sealed      bytea not null,
  created     timestamptz not null,
  unique (owner, fingerprint)
);

create index on vault.card (key);

revoke all on schema vault from public;
grant usage on schema vault to bezant_vault;
grant select, insert, update on vault.card to bezant_vault;
