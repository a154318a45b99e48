-- What a key may do, which version of the API it speaks, and how long it lives.

alter table api_key
  add column kind        text collate "C" not null default 'secret'
                         check (kind in ('secret', 'restricted', 'publishable')),
  add column permissions text collate "C",  -- of a restricted key, `charge:read` and so on, spaced
  add column version     text collate "C",  -- of the API, for requests that name none
  add column expires     timestamptz,
  add column successor   text collate "C",  -- the key that it was rolled into
  add check ((kind = 'restricted') = (permissions is not null));

alter table api_key alter column kind drop default;
