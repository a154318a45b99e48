-- Each of these looks for what must not be there. A row names the check that fails, the table, the
-- key, what was expected and what stands there; sums are numeric, so that no value overflows them.

-- name: settings
select set_config('work_mem', '128MB', true), set_config('jit', 'off', true),
       set_config('statement_timeout', '0', true)

-- name: probes
-- A window is small beside the tables, so its rows are looked up and nothing is scanned.
select set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)

-- name: sizes
select (select count(*) from book), (select count(*) from account), (select count(*) from entry),
       (select count(*) from move), (select count(*) from hold), (select count(*) from daily),
       (select count(*) from seal), (select coalesce(sum(entries), 0)::bigint from seal)

-- name: entries
select 'entries', 'entry', format('%%s %%s', e.book_id, e.id),
       format('%%s moves from number 0 on, effective %%s, recorded %%s, in a known book',
              e.moves, e.effective_at, e.recorded_at),
       format('%%s moves from %%s to %%s, effective %%s to %%s, recorded %%s to %%s%%s',
              coalesce(m.moves, 0), m.first, m.last, m.effective, m.effective_to, m.recorded,
              m.recorded_to, case when b.book_id is null then ', in no book' end)
from entry e
left join (
  select book_id, entry_id, count(*) as moves, min(n) as first, max(n) as last,
         min(effective_at) as effective, max(effective_at) as effective_to,
         min(recorded_at) as recorded, max(recorded_at) as recorded_to
  from move group by book_id, entry_id
) m on m.book_id = e.book_id and m.entry_id = e.id
left join book b on b.book_id = e.book_id
where m.moves is distinct from e.moves or m.first <> 0 or m.last <> e.moves - 1
  or b.book_id is null
  or (m.effective, m.effective_to, m.recorded, m.recorded_to)
     is distinct from (e.effective_at, e.effective_at, e.recorded_at, e.recorded_at)

-- name: moves
select 'moves', 'move', format('%%s %%s %%s', m.book_id, m.entry_id, m.n),
       'an entry, and two accounts in one currency',
       format('%%s, debit in %%s, credit in %%s',
              case when e.id is null then 'no entry' else 'an entry' end,
              coalesce(d.currency, 'no account'), coalesce(c.currency, 'no account'))
from move m
left join entry e on e.book_id = m.book_id and e.id = m.entry_id
left join account d on d.book_id = m.book_id and d.account_id = m.debit
left join account c on c.book_id = m.book_id and c.account_id = m.credit
where e.id is null or d.currency is null or c.currency is null or d.currency <> c.currency

-- name: chains
select v.* from (
  select l.*, a.created,
         lag(l.recorded_at) over w as recorded_before,
         coalesce(lag(l.version) over w, 0) + 1 as next_version,
         coalesce(lag(l.posted) over w, 0)::numeric
           + case when l.phase > 0 then 0
                  when l.is_debit = a.credit_normal then -l.amount else l.amount end
           as next_posted,
         coalesce(lag(l.available) over w, 0)::numeric
           + case when l.is_debit = a.credit_normal
                  then case when l.phase = 2 then l.amount else -l.amount end
                  when l.phase = 0 then l.amount else 0 end
           as next_available
  from leg l
  left join account a on a.book_id = l.book_id and a.account_id = l.account_id
  window w as (partition by l.book_id, l.account_id order by l.version)
) c
cross join lateral (values
  ('chains', 'move',
   format('%%s %%s %%s %%s', c.book_id, c.entry_id, c.n,
          case when c.is_debit then 'debit' else 'credit' end),
   format('version %%s, posted %%s, available %%s',
          c.next_version, c.next_posted, c.next_available),
   format('version %%s, posted %%s, available %%s', c.version, c.posted, c.available),
   (c.version, c.posted, c.available)
     is distinct from (c.next_version, c.next_posted, c.next_available)
     or c.available > c.posted),
  ('time', 'move',
   format('%%s %%s %%s %%s', c.book_id, c.entry_id, c.n,
          case when c.is_debit then 'debit' else 'credit' end),
   format('recorded at %%s or later', coalesce(c.recorded_before, c.created)),
   format('recorded at %%s', c.recorded_at),
   c.recorded_at < coalesce(c.recorded_before, c.created))
) as v (invariant, relation, key, expected, found, broken)
where ((c.version, c.posted, c.available)
       is distinct from (c.next_version, c.next_posted, c.next_available)
       or c.available > c.posted or c.recorded_at < coalesce(c.recorded_before, c.created))
  and v.broken

-- name: balances
select 'balances', 'account',
       format('%%s %%s (%%s %%s)', book_id, account_id, a.path, a.currency),
       format('posted %%s debits %%s credits, pending %%s debits %%s credits, version %%s, '
              'touched %%s', f.posted_debits, f.posted_credits, f.pending_debits,
              f.pending_credits, f.version, greatest(f.touched, a.created, a.closed_at)),
       format('posted %%s debits %%s credits, pending %%s debits %%s credits, version %%s, '
              'touched %%s', a.posted_debits, a.posted_credits, a.pending_debits,
              a.pending_credits, a.version, a.touched_at)
from account a
left join (
  select book_id, account_id, max(version) as version, max(recorded_at) as touched,
         coalesce(sum(amount) filter (where is_debit and phase = 0), 0) as posted_debits,
         coalesce(sum(amount) filter (where not is_debit and phase = 0), 0) as posted_credits,
         coalesce(sum(case phase when 1 then amount when 2 then -amount end)
                  filter (where is_debit), 0) as pending_debits,
         coalesce(sum(case phase when 1 then amount when 2 then -amount end)
                  filter (where not is_debit), 0) as pending_credits
  from leg group by book_id, account_id
) f using (book_id, account_id)
where (a.posted_debits, a.posted_credits, a.pending_debits, a.pending_credits, a.version)
      is distinct from (coalesce(f.posted_debits, 0), coalesce(f.posted_credits, 0),
                        coalesce(f.pending_debits, 0), coalesce(f.pending_credits, 0),
                        coalesce(f.version, 0))
  or a.touched_at is distinct from greatest(f.touched, a.created, a.closed_at)

-- name: closed
select 'closed', 'account', format('%%s %%s (%%s %%s)', a.book_id, a.account_id, a.path, a.currency),
       format('empty, and no move after %%s', a.closed_at),
       format('posted %%s debits %%s credits, pending %%s and %%s, latest move %%s', a.posted_debits,
              a.posted_credits, a.pending_debits, a.pending_credits, l.recorded_at)
from account a
left join leg l on l.book_id = a.book_id and l.account_id = a.account_id and l.version = a.version
where a.closed_at is not null
  and (a.posted_debits <> a.posted_credits or a.pending_debits <> 0 or a.pending_credits <> 0
       or l.recorded_at > a.closed_at)

-- name: floors
select 'floors', 'move', format('%%s %%s %%s', l.book_id, l.entry_id, l.n),
       format('%%s or more available on %%s, or a cause that forces it', a.floor, l.account_id),
       format('%%s available, forced by nothing', l.available)
from account a
join leg l on l.book_id = a.book_id and l.account_id = a.account_id
where a.floor is not null and l.is_debit = a.credit_normal and l.phase < 2
  and l.available < a.floor and l.forced_by is null

-- name: sunk
-- How deep an account is below its floor: the least it has had since it last stood at its floor.
select 'floors', 'account', format('%%s %%s (%%s %%s)', book_id, account_id, path, currency),
       format('sunk to %%s', coalesce(depth::text, 'nothing')),
       format('sunk to %%s', coalesce(sunk_to::text, 'nothing'))
from (
  select s.book_id, s.account_id, s.path, s.currency, s.sunk_to,
         case when s.floor is not null
              then least(min(s.available) filter (where s.at > coalesce(s.good, 0)),
                         case when s.good is null and s.floor > 0 then 0 end) end as depth
  from (
    select a.*, l.version as at, l.available,
           max(l.version) filter (where l.available >= a.floor)
             over (partition by a.book_id, a.account_id) as good
    from account a
    left join leg l on l.book_id = a.book_id and l.account_id = a.account_id
    where a.sunk_to is not null
       or a.floor > case when a.credit_normal
                         then a.posted_credits::numeric - a.posted_debits - a.pending_debits
                         else a.posted_debits::numeric - a.posted_credits - a.pending_credits end
  ) s
  group by s.book_id, s.account_id, s.path, s.currency, s.sunk_to, s.good, s.floor
) t
where depth is distinct from sunk_to

-- name: holds
select 'holds', 'hold', format('%%s %%s %%s', book_id, entry_id, n),
       coalesce(format('a hold of %%s until %%s', p.amount, coalesce(p.expires_at::text, 'it ends')),
                'no hold, for there is no pending move'),
       coalesce(format('a hold of %%s until %%s', h.amount, coalesce(h.expires_at::text, 'it ends')),
                'no hold')
from (
  select m.book_id, m.entry_id, m.n, m.amount, e.expires_at
  from move m left join entry e on e.book_id = m.book_id and e.id = m.entry_id
  where m.phase = 1
) p
full join hold h using (book_id, entry_id, n)
where p.amount is distinct from h.amount or p.expires_at is distinct from h.expires_at

-- name: releases
select 'holds', 'hold', format('%%s %%s from %%s to %%s', book_id, entry_id, debit, credit),
       format('%%s left, for %%s of %%s is released', coalesce(held, 0) - coalesce(released, 0),
              coalesce(released, 0), coalesce(held, 0)),
       format('%%s left', coalesce(remaining, 0))
from (
  select m.book_id, m.entry_id, m.debit, m.credit, sum(m.amount) as held,
         sum(h.remaining) as remaining
  from move m left join hold h using (book_id, entry_id, n)
  where m.phase = 1 group by m.book_id, m.entry_id, m.debit, m.credit
) p
full join (
  select m.book_id, coalesce(e.resolves, 'nothing') as entry_id, m.debit, m.credit,
         sum(m.amount) as released
  from move m left join entry e on e.book_id = m.book_id and e.id = m.entry_id
  where m.phase = 2 group by m.book_id, coalesce(e.resolves, 'nothing'), m.debit, m.credit
) r using (book_id, entry_id, debit, credit)
where coalesce(held, 0) - coalesce(released, 0) is distinct from coalesce(remaining, 0)
  or coalesce(released, 0) > coalesce(held, 0)

-- name: lapses
select 'holds', 'entry', format('%%s %%s', e.book_id, e.id),
       format('resolves a pending entry %%s it lapses at %%s',
              case when e.kind = 'hold.expired' then 'when' else 'before' end, p.expires_at),
       format('%%s, recorded at %%s, resolves %%s%%s', e.kind, e.recorded_at, e.resolves,
              case when p.id is null then ', which is not there' end)
from entry e left join entry p on p.book_id = e.book_id and p.id = e.resolves
where e.resolves is not null
  and (p.id is null or e.recorded_at < p.recorded_at
       or (e.kind = 'hold.expired') is distinct from coalesce(p.expires_at <= e.recorded_at, false))

-- name: pending
select 'holds', 'account', format('%%s %%s (%%s %%s)', book_id, account_id, a.path, a.currency),
       format('pending %%s debits %%s credits, which is what its holds have left',
              coalesce(f.debits, 0), coalesce(f.credits, 0)),
       format('pending %%s debits %%s credits', a.pending_debits, a.pending_credits)
from account a
full join (
  select l.book_id, l.account_id, coalesce(sum(h.remaining) filter (where l.is_debit), 0) as debits,
         coalesce(sum(h.remaining) filter (where not l.is_debit), 0) as credits
  from hold h join leg l on l.book_id = h.book_id and l.entry_id = h.entry_id and l.n = h.n
  where h.remaining > 0 group by l.book_id, l.account_id
) f using (book_id, account_id)
where (a.pending_debits, a.pending_credits)
      is distinct from (coalesce(f.debits, 0), coalesce(f.credits, 0))

-- name: reversals
select 'reversals', 'entry', format('%%s %%s', r.book_id, r.id),
       format('reversal number %%s of an earlier entry', r.position),
       format('reversal number %%s of %%s%%s', r.reversal_no, r.reverses,
              case when o.id is null then ', which is not there' end)
from (
  select e.*, row_number() over (partition by book_id, reverses order by reversal_no) as position
  from entry e where reverses is not null
) r
left join entry o on o.book_id = r.book_id and o.id = r.reverses
where r.reversal_no is distinct from r.position or o.id is null or r.recorded_at < o.recorded_at

-- name: reversed
select 'reversals', 'entry', format('%%s %%s', book_id, entry_id),
       format('at most %%s reversed from %%s to %%s', coalesce(o.amount, 0), debit, credit),
       format('%%s reversed', r.amount)
from (
  select e.book_id, e.reverses as entry_id, m.credit as debit, m.debit as credit,
         sum(m.amount) as amount
  from entry e join move m on m.book_id = e.book_id and m.entry_id = e.id
  where e.reverses is not null group by e.book_id, e.reverses, m.debit, m.credit
) r
left join (
  select m.book_id, m.entry_id, m.debit, m.credit, sum(m.amount) as amount
  from move m
  where m.phase = 0 and (m.book_id, m.entry_id) in (
    select book_id, reverses from entry where reverses is not null)
  group by m.book_id, m.entry_id, m.debit, m.credit
) o using (book_id, entry_id, debit, credit)
where r.amount > coalesce(o.amount, 0)

-- name: days
select 'days', 'daily', format('%%s %%s %%s', book_id, account_id, day),
       format('debits %%s, credits %%s, versions %%s to %%s', f.debits, f.credits, f.first_version,
              f.last_version),
       format('debits %%s, credits %%s, versions %%s to %%s', d.debits, d.credits, d.first_version,
              d.last_version)
from daily d
full join (
  select book_id, account_id, (effective_at at time zone 'UTC')::date as day,
         coalesce(sum(amount) filter (where is_debit), 0) as debits,
         coalesce(sum(amount) filter (where not is_debit), 0) as credits,
         min(version) as first_version, max(version) as last_version
  from leg where phase = 0 group by 1, 2, 3
) f using (book_id, account_id, day)
where (d.debits, d.credits, d.first_version, d.last_version)
      is distinct from (f.debits, f.credits, f.first_version, f.last_version)

-- name: as_of
-- A sample of accounts, each at the moments of one of its own moves: known then, effective then,
-- and both.
with sample as (
  select a.book_id, a.account_id, a.credit_normal, a.version, l.recorded_at, l.effective_at
  from account a
  join leg l on l.book_id = a.book_id and l.account_id = a.account_id
    and l.version = (a.version + 1) / 2
  where a.version between 1 and 100000 order by a.digest limit %(sample)s
), answers as (
  select s.*, version_known(s.book_id, s.account_id, s.recorded_at) as known from sample s
), told as (
  select a.*, k.posted as known_posted, t.debits as then_debits, t.credits as then_credits,
         b.debits as both_debits, b.credits as both_credits
  from answers a
  left join leg k on k.book_id = a.book_id and k.account_id = a.account_id and k.version = a.known
  cross join lateral posted_as_of(a.book_id, a.account_id, a.effective_at, a.version) t
  cross join lateral posted_as_of(a.book_id, a.account_id, a.effective_at, a.known) b
), raw as (
  select t.*, r.* from told t cross join lateral (
    select max(l.version) filter (where l.recorded_at <= t.recorded_at) as raw_known,
           sum(case when l.is_debit = t.credit_normal then -l.amount else l.amount end)
             filter (where l.phase = 0 and l.recorded_at <= t.recorded_at) as raw_posted,
           sum(l.amount) filter (where l.phase = 0 and l.is_debit
             and l.effective_at <= t.effective_at) as raw_then_debits,
           sum(l.amount) filter (where l.phase = 0 and not l.is_debit
             and l.effective_at <= t.effective_at) as raw_then_credits,
           sum(l.amount) filter (where l.phase = 0 and l.is_debit
             and l.effective_at <= t.effective_at and l.recorded_at <= t.recorded_at)
             as raw_both_debits,
           sum(l.amount) filter (where l.phase = 0 and not l.is_debit
             and l.effective_at <= t.effective_at and l.recorded_at <= t.recorded_at)
             as raw_both_credits
    from leg l where l.book_id = t.book_id and l.account_id = t.account_id
  ) r
)
select 'as_of', 'daily',
       format('%%s %%s effective %%s known %%s', book_id, account_id, effective_at, recorded_at),
       format('version %%s, posted %%s; debits %%s, credits %%s; known then %%s, %%s', raw_known,
              coalesce(raw_posted, 0), raw_then_debits, raw_then_credits, raw_both_debits,
              raw_both_credits),
       format('version %%s, posted %%s; debits %%s, credits %%s; known then %%s, %%s', known,
              known_posted, then_debits, then_credits, both_debits, both_credits)
from raw
where (known, known_posted, then_debits, then_credits, both_debits, both_credits)
      is distinct from
      (raw_known, coalesce(raw_posted, 0), coalesce(raw_then_debits, 0),
       coalesce(raw_then_credits, 0), coalesce(raw_both_debits, 0), coalesce(raw_both_credits, 0))

-- name: trial
select 'trial', 'account', format('%%s %%s', book_id, currency), 'debits equal to credits',
       format('posted %%s debits %%s credits, pending %%s debits %%s credits', sum(posted_debits),
              sum(posted_credits), sum(pending_debits), sum(pending_credits))
from account group by book_id, currency
having sum(posted_debits) <> sum(posted_credits) or sum(pending_debits) <> sum(pending_credits)

-- name: clearing
select 'clearing', 'account',
       format('due %%s in %%s books', a.currency, case when b.livemode then 'live' else 'test' end),
       'zero over all books', format('%%s', sum(a.posted_credits) - sum(a.posted_debits))
from account a left join book b on b.book_id = a.book_id
where a.path = 'due' group by b.livemode, a.currency
having sum(a.posted_credits) <> sum(a.posted_debits)

-- name: exposure
-- Derived from the movements alone: what was collected, has not come back, and is not yet final.
select 'exposure', 'account', format('%%s %%s %%s', book_id, path, currency),
       format('%%s collected and not final', coalesce(o.collected, 0)),
       format('%%s', coalesce(a.posted, 0))
from (
  select book_id, 'returnable:' || (m ->> 'rail') as path, m ->> 'currency' as currency,
         sum((m ->> 'amount')::bigint) as collected
  from (
    select book_id, body::jsonb as m from object
    where kind = 'movement' and type = 'pay' and status in ('settled', 'dishonored') and not deleted
      and body like '%%"direction":"debit"%%'
  ) settled
  where m ->> 'final_at' is not null
    and not jsonb_path_exists(m, '$.facts[*].kind ? (@ == "final")')
  group by book_id, m ->> 'rail', m ->> 'currency'
) o
full join (
  select book_id, path, currency, posted_credits::numeric - posted_debits as posted
  from account where path like 'returnable:%%'
) a using (book_id, path, currency)
where coalesce(o.collected, 0) <> coalesce(a.posted, 0)

-- name: coming
-- Derived from the balance transactions alone: what is pending, and what of it may be paid out
-- ahead.
select 'coming', 'coming', format('%%s %%s %%s', book_id, currency, due_at),
       format('%%s transactions, %%s to come, %%s advanced', coalesce(o.number, 0),
              coalesce(o.amount, 0), coalesce(o.advanced, 0)),
       format('%%s transactions, %%s to come, %%s advanced', coalesce(c.number, 0),
              coalesce(c.amount, 0), coalesce(c.advanced, 0))
from (
  select book_id, currency, due_at, count(*) as number,
         sum(case when net < 0 or reference = 'card' or type in
           ('advance_funding', 'charge', 'refund_failure', 'reserve_release', 'transfer_refund')
           then net else 0 end) as amount,
         sum(case when type = 'advance_funding' then -net else 0 end) as advanced
  from (
    select book_id, currency, due_at, type, reference, (body::json ->> 'net')::numeric as net
    from object
    where kind = 'balance_transaction' and due_at is not null and not deleted
  ) pending
  group by book_id, currency, due_at
) o
full join coming c using (book_id, currency, due_at)
where (o.number, o.amount, o.advanced) is distinct from (c.number, c.amount, c.advanced)

-- name: books
select book_id, owner, livemode from book order by book_id

-- name: accounts
select a.book_id, a.account_id, a.path, a.currency, a.credit_normal, a.floor, micros(a.created),
       micros(a.closed_at), a.digest, b.book_id is not null
from account a left join book b on b.book_id = a.book_id

-- name: seals
select n, from_xid, to_xid, entries, moves, totals, root, previous, digest, micros(sealed_at)
from seal order by n

-- name: window
-- The entries of some database transactions, a row for each move.
select e.book_id, e.id, e.kind, e.source, e.request, micros(e.effective_at), micros(e.expires_at),
       e.reverses, e.reversal_no, e.resolves, e.description, e.metadata, e.digest,
       micros(e.recorded_at), e.xid, m.n, m.debit, m.credit, m.amount, m.phase, m.forced_by,
       a.currency
from entry e
left join move m on m.book_id = e.book_id and m.entry_id = e.id
left join account a on a.book_id = m.book_id and a.account_id = m.debit
where e.xid >= %s and e.xid < %s order by e.book_id, e.id, m.n

-- name: answers
select book_id, key, digest, status, body, outcomes, request from idempotency
