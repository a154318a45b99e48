-- Time in the ledger: which version of an account was known at a moment.

create function micros(at timestamptz) returns bigint
language sql stable parallel safe
return case when isfinite(at) then (extract(epoch from at) * 1000000)::bigint end;

-- The latest version recorded at a moment or before, 0 for none, by bisection of the account's
-- chain: each probe looks one version up in the index of one side, and if need be of the other.
create function version_known(p_book bigint, p_account bigint, p_known timestamptz) returns bigint
language plpgsql stable as $$
declare
  low bigint := 0; high bigint; middle bigint; recorded timestamptz;
begin
  select version into high from account where book_id = p_book and account_id = p_account;
  while low < high loop
    middle := low + (high - low + 1) / 2;
    select recorded_at into recorded from move
      where book_id = p_book and debit = p_account and debit_version = middle;
    if not found then
      select recorded_at into recorded from move
        where book_id = p_book and credit = p_account and credit_version = middle;
    end if;
    if recorded <= p_known then low := middle; else high := middle - 1; end if;
  end loop;
  return low;
end $$;

-- Each side of each move as a link of its account's chain; `posted` and `available` are after it.
create view leg as
  select book_id, debit as account_id, debit_version as version, true as is_debit,
         credit as other_id, entry_id, n, amount, phase, forced_by, effective_at, recorded_at,
         debit_posted as posted, debit_available as available
  from move
  union all
  select book_id, credit, credit_version, false, debit, entry_id, n, amount, phase, forced_by,
         effective_at, recorded_at, credit_posted, credit_available
  from move;
grant select on leg to bezant_app;

-- What was posted to an account with effect up to a moment, as known at a version: whole days come
-- from their sums, and only days that reach beyond the moment or the version from their moves.
create function posted_as_of(p_book bigint, p_account bigint, p_effective timestamptz,
                             p_version bigint)
returns table (debits numeric, credits numeric)
language sql stable as $$
  with limits as (select (p_effective at time zone 'UTC')::date as last_day),
  days as (
    select d.*, d.day < last_day and d.last_version <= p_version as whole
    from daily d, limits
    where d.book_id = p_book and d.account_id = p_account and d.day <= last_day
      and d.first_version <= p_version
  )
  select coalesce(sum(s.debits), 0), coalesce(sum(s.credits), 0) from (
    select d.debits, d.credits from days d where d.whole
    union all
    select case when l.is_debit then l.amount else 0 end,
           case when l.is_debit then 0 else l.amount end
    from days d
    join leg l on l.book_id = p_book and l.account_id = p_account
      and l.version between d.first_version and least(d.last_version, p_version)
    where not d.whole and l.phase = 0 and l.effective_at <= p_effective
      and (l.effective_at at time zone 'UTC')::date = d.day
  ) s
$$;
