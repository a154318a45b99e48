-- The one door's inside: one call writes what is accepted of many change sets, in one database
-- transaction, and returns a row for each that was refused. Arrays are columns: what belongs to
-- one account, entry, move ... stands at one index. References between them are 1-based indexes.
--
--   u_*  change sets in arrival order, with how many rows of each array are theirs
--   s_*  idempotency answers; a set names the request (u_set) it belongs to
--   n_*  accounts that may be new        a_*  touched accounts, sorted by (book, account)
--   e_*  entries    m_*  moves           h_*  touched holds    c_*  what happens to them
--   d_*  touched documents, sorted       o_*  what is written to them
--   r_*  entries being reversed          v_*  events           j_*  jobs     x_* account closings
--
-- A call that is made again under the same batch id, because nobody heard how the first one ended,
-- changes nothing and returns what the first one returned.
--
-- Order of locks, the same in every call: new accounts, balances, documents, idempotency keys.
create table door_batch (
  id      text collate "C" primary key,
  created timestamptz not null,
  faults  text[]
);
create index on door_batch using brin (created);
grant select, insert, update, delete on door_batch to bezant_app;

create function commit_batch(
  p_batch text, p_now timestamptz,
  u_set int[], u_entries int[], u_moves int[], u_holds int[], u_objects int[], u_closings int[],
  s_set int[], s_book bigint[], s_key text[], s_digest text[], s_status int[], s_body text[],
  s_request text[], s_itemised boolean[],
  n_book bigint[], n_owner text[], n_livemode boolean[], n_account bigint[], n_path text[],
  n_currency text[], n_credit_normal boolean[], n_floor bigint[], n_digest text[],
  a_book bigint[], a_id bigint[],
  e_unit int[], e_book bigint[], e_id text[], e_kind text[], e_source text[], e_request text[],
  e_effective timestamptz[], e_expires timestamptz[], e_reversal int[], e_reversal_no int[],
  e_resolves text[], e_description text[], e_metadata text[], e_moves int[], e_digest text[],
  m_entry int[], m_n int[], m_debit int[], m_credit int[], m_amount bigint[], m_phase int[],
  m_force text[],
  h_book bigint[], h_entry text[], h_n int[],
  c_hold int[], c_expected bigint[], c_remaining bigint[], c_expiring boolean[],
  r_book bigint[], r_entry text[],
  d_book bigint[], d_kind text[], d_id text[],
  o_unit int[], o_document int[], o_expected bigint[], o_created timestamptz[], o_deleted boolean[],
  o_body text[], o_hidden text[], o_columns text[],
  v_unit int[], v_book bigint[], v_id text[], v_type text[], v_object text[], v_body text[],
  v_request text[],
  j_unit int[], j_book bigint[], j_id text[], j_kind text[], j_payload text[],
  j_run_at timestamptz[],
  f_unit int[], f_book bigint[], f_id text[], f_content text[],
  x_account int[]
) returns table (unit int, code text, detail text)
language plpgsql
-- Every statement probes by key; a plan made while tables were small must not scan them later.
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  units constant int := cardinality(u_set);
  accounts constant int := cardinality(a_id);
  top constant bigint := 9223372036854775807;
  -- touched accounts, in the order of a_id
  pd bigint[]; pc bigint[]; wd bigint[]; wc bigint[];  -- posted and waiting (pending) sums
  ver bigint[]; fl bigint[]; sunk bigint[]; cn boolean[]; closed boolean[]; dirty boolean[];
  last_touch timestamptz;
  held bigint[]; lapses timestamptz[];                 -- touched holds
  reversed int[];                                      -- reversals so far; null: no such entry
  docver bigint[];                                     -- touched documents
  -- by answer: the first of this call under its key, whether that key was taken before this call,
  -- and, at the first, the one whose effect is written (0: none yet)
  bearer int[]; taken boolean[]; won int[]; s int := 0;
  -- what the fold works out for each move and unit
  dv bigint[]; db bigint[]; da bigint[]; cv bigint[]; cb bigint[]; ca bigint[];
  sunk_d bigint[]; sunk_c bigint[];
  ok boolean[]; keyed boolean; why text; what text;
  at_e int := 0; at_m int := 0; at_c int := 0; at_o int := 0; at_x int := 0;
  u int; i int; k int; d int; c int; a bigint; done int;
  moves constant int := cardinality(m_n);
  refusals text[] := '{}';
  has_keys constant boolean := cardinality(s_set) > 0;
  has_old constant boolean := not 0 = all (o_expected);  -- documents that are to be there
  xid constant bigint := pg_current_xact_id()::text::bigint;
begin
  dv := array_fill(null::bigint, array[moves]); db := dv; da := dv; cv := dv; cb := dv; ca := dv;
  sunk_d := dv; sunk_c := dv; ok := array_fill(false, array[units]);

  insert into door_batch (id, created) values (p_batch, p_now) on conflict do nothing;
  if not found then
    return query select (f::json ->> 0)::int, f::json ->> 1, f::json ->> 2
      from door_batch b, unnest(b.faults) as f where b.id = p_batch;
    return;
  end if;

  -- 1. Accounts that this process has not met before.
  if cardinality(n_account) > 0 then
    insert into book (book_id, owner, livemode)
      select distinct x.b, x.o, x.l
      from unnest(n_book, n_owner, n_livemode) as x(b, o, l) order by x.b
      on conflict do nothing;
    -- A new account is empty, so one that must hold something begins below its floor.
    insert into account (book_id, account_id, path, currency, credit_normal, floor, created,
                         digest, sunk_to, touched_at)
      select x.b, x.id, x.p, x.cur, x.cn, x.f, p_now,
             sha256(convert_to(x.dig || '|' || extract(epoch from p_now)::text, 'UTF8')),
             case when x.f > 0 then 0 end, p_now
      from unnest(n_book, n_account, n_path, n_currency, n_credit_normal, n_floor, n_digest)
        as x(b, id, p, cur, cn, f, dig) order by x.b, x.id
      on conflict do nothing;
  end if;

  -- 2. Lock what is touched, in one global order, then read it in a statement of its own.
  perform 1 from unnest(a_book, a_id) as x(b, id)
    join account t on t.book_id = x.b and t.account_id = x.id
    order by t.book_id, t.account_id for no key update of t;
  select array_agg(t.posted_debits order by x.o), array_agg(t.posted_credits order by x.o),
         array_agg(t.pending_debits order by x.o), array_agg(t.pending_credits order by x.o),
         array_agg(t.version order by x.o), array_agg(t.floor order by x.o),
         array_agg(t.sunk_to order by x.o), array_agg(t.credit_normal order by x.o),
         array_agg(t.closed_at is not null order by x.o), array_agg(false order by x.o),
         greatest(p_now, max(t.touched_at))
    into pd, pc, wd, wc, ver, fl, sunk, cn, closed, dirty, last_touch
    from unnest(a_book, a_id) with ordinality as x(b, id, o)
    join account t on t.book_id = x.b and t.account_id = x.id;
  if accounts > 0 and coalesce(cardinality(ver), 0) <> accounts then
    raise exception 'a touched account does not exist' using errcode = 'BZ001';
  end if;
  p_now := coalesce(last_touch, p_now);  -- recorded time never runs backwards in an account

  if cardinality(d_id) > 0 then
    if has_old then
      perform 1 from unnest(d_book, d_kind, d_id) as x(b, k, id)
        join object t on t.book_id = x.b and t.kind = x.k and t.id = x.id
        order by t.book_id, t.kind, t.id for no key update of t;
    end if;
    select array_agg(coalesce(t.version, 0) order by x.o) into docver
      from unnest(d_book, d_kind, d_id) with ordinality as x(b, k, id, o)
      left join object t on t.book_id = x.b and t.kind = x.k and t.id = x.id;
  end if;
  if cardinality(h_entry) > 0 then
    select array_agg(t.remaining order by x.o), array_agg(t.expires_at order by x.o)
      into held, lapses
      from unnest(h_book, h_entry, h_n) with ordinality as x(b, e, n, o)
      left join hold t on t.book_id = x.b and t.entry_id = x.e and t.n = x.n;
  end if;
  if cardinality(r_entry) > 0 then
    select array_agg(case when exists (select from entry t where t.book_id = x.b and t.id = x.e)
                          then coalesce((select max(t.reversal_no) from entry t
                                         where t.book_id = x.b and t.reverses = x.e), 0)
                     end order by x.o)
      into reversed
      from unnest(r_book, r_entry) with ordinality as x(b, e, o);
  end if;

  -- 3. Idempotency: whoever writes the key first does the work, everybody else is told its answer.
  -- Of several requests under one key in this call the first that is accepted is told to the rest.
  if has_keys then
    insert into idempotency (book_id, key, digest, status, body, request, created)
      select distinct on (x.b, x.k) x.b, x.k, decode(x.d, 'hex'), x.s, x.body, x.r, p_now
      from unnest(s_book, s_key, s_digest, s_status, s_body, s_request)
        with ordinality as x(b, k, d, s, body, r, o) order by x.b, x.k, x.o
      on conflict do nothing;
    select array_agg(x.first order by x.o),
           array_agg(t.request <> s_request[x.first] order by x.o)
      into bearer, taken
      from (select y.*, min(y.o) over (partition by y.b, y.k) as first
            from unnest(s_book, s_key) with ordinality as y(b, k, o)) x
      join idempotency t on t.book_id = x.b and t.key = x.k;
    won := array_fill(0, array[cardinality(s_set)]);
  end if;

  -- 4. Accept or refuse each change set in arrival order.
  for u in 1..units loop
    why := null; what := null;
    while s < cardinality(s_set) and s_set[s + 1] <= u_set[u] loop s := s + 1; end loop;
    keyed := s > 0 and s_set[s] = u_set[u];
    if keyed and (taken[s] or won[bearer[s]] not in (0, s)) then
      why := 'replayed';
    elsif keyed and s_itemised[s] then
      won[bearer[s]] := s;  -- whatever becomes of its items
    end if;
    -- documents
    if why is null then
      for i in at_o + 1 .. at_o + u_objects[u] loop
        if docver[o_document[i]] <> o_expected[i] then
          why := case when o_expected[i] = 0 then 'exists' else 'stale' end;
          what := d_id[o_document[i]];
          exit;
        end if;
      end loop;
    end if;
    -- holds
    if why is null then
      for i in at_c + 1 .. at_c + u_holds[u] loop
        k := c_hold[i];
        if held[k] is distinct from c_expected[i] then
          why := 'stale';
        elsif not c_expiring[i] and lapses[k] <= p_now then
          why := 'hold_expired';
        elsif c_expiring[i] and (lapses[k] is null or lapses[k] > p_now) then
          why := 'hold_alive';
        end if;
        if why is not null then what := h_entry[k]; exit; end if;
      end loop;
    end if;
    -- reversals
    if why is null then
      for i in at_e + 1 .. at_e + u_entries[u] loop
        k := e_reversal[i];
        if k > 0 and reversed[k] is distinct from e_reversal_no[i] - 1 then
          why := 'stale'; what := r_entry[k]; exit;
        end if;
      end loop;
    end if;
    -- moves, one after the other; what was done is undone when a later one is refused
    done := 0;
    if why is null then
      for i in at_m + 1 .. at_m + u_moves[u] loop
        d := m_debit[i]; c := m_credit[i]; a := m_amount[i];
        if closed[d] or closed[c] then
          why := 'closed'; what := (case when closed[d] then d else c end)::text; exit;
        end if;
        if (m_phase[i] = 0 and (pd[d] > top - a or pc[c] > top - a))
           or (m_phase[i] = 1 and (wd[d] > top - a or wc[c] > top - a)) then
          why := 'overflow';
          what := (case when m_phase[i] = 0 and pd[d] > top - a or m_phase[i] = 1 and wd[d] > top - a
                        then d else c end)::text;
          exit;
        end if;
        if m_phase[i] = 2 and (wd[d] < a or wc[c] < a) then
          why := 'nothing_pending'; what := d::text; exit;
        end if;
        if m_phase[i] = 0 then pd[d] := pd[d] + a; pc[c] := pc[c] + a;
        elsif m_phase[i] = 1 then wd[d] := wd[d] + a; wc[c] := wc[c] + a;
        else wd[d] := wd[d] - a; wc[c] := wc[c] - a; end if;
        ver[d] := ver[d] + 1; ver[c] := ver[c] + 1;
        dv[i] := ver[d]; cv[i] := ver[c]; sunk_d[i] := sunk[d]; sunk_c[i] := sunk[c];
        done := i;
        db[i] := case when cn[d] then pc[d] - pd[d] else pd[d] - pc[d] end;
        cb[i] := case when cn[c] then pc[c] - pd[c] else pd[c] - pc[c] end;
        if db[i] < (case when cn[d] then wd[d] else wc[d] end) - top then
          why := 'overflow'; what := d::text; exit;
        elsif cb[i] < (case when cn[c] then wd[c] else wc[c] end) - top then
          why := 'overflow'; what := c::text; exit;
        end if;
        da[i] := case when cn[d] then db[i] - wd[d] else db[i] - wc[d] end;
        ca[i] := case when cn[c] then cb[i] - wd[c] else cb[i] - wc[c] end;
        -- Only what lowers an account is held against its floor: a release or a deposit never is.
        if fl[d] is not null then
          if cn[d] and m_phase[i] < 2 and da[i] < fl[d] then
            if m_force[i] is null then why := 'floor'; what := d::text; exit; end if;
            sunk[d] := least(sunk[d], da[i]);
          elsif da[i] >= fl[d] then sunk[d] := null; end if;
        end if;
        if fl[c] is not null then
          if not cn[c] and m_phase[i] < 2 and ca[i] < fl[c] then
            if m_force[i] is null then why := 'floor'; what := c::text; exit; end if;
            sunk[c] := least(sunk[c], ca[i]);
          elsif ca[i] >= fl[c] then sunk[c] := null; end if;
        end if;
      end loop;
    end if;
    -- closings, after the moves: an account must be empty to be closed
    if why is null then
      for i in at_x + 1 .. at_x + u_closings[u] loop
        k := x_account[i];
        if closed[k] then
          why := 'closed'; what := k::text; exit;
        elsif pd[k] <> pc[k] or wd[k] <> 0 or wc[k] <> 0 then
          why := 'not_empty'; what := k::text; exit;
        end if;
      end loop;
    end if;

    if why is null then
      ok[u] := true;
      if keyed then won[bearer[s]] := s; end if;
      for i in at_m + 1 .. at_m + u_moves[u] loop
        dirty[m_debit[i]] := true; dirty[m_credit[i]] := true;
      end loop;
      for i in at_o + 1 .. at_o + u_objects[u] loop
        docver[o_document[i]] := docver[o_document[i]] + 1;
      end loop;
      for i in at_c + 1 .. at_c + u_holds[u] loop held[c_hold[i]] := c_remaining[i]; end loop;
      for i in at_e + 1 .. at_e + u_entries[u] loop
        if e_reversal[i] > 0 then reversed[e_reversal[i]] := e_reversal_no[i]; end if;
      end loop;
      for i in at_x + 1 .. at_x + u_closings[u] loop
        closed[x_account[i]] := true; dirty[x_account[i]] := true;
      end loop;
    else
      ok[u] := false;
      for i in reverse done .. at_m + 1 loop
        d := m_debit[i]; c := m_credit[i]; a := m_amount[i];
        if m_phase[i] = 0 then pd[d] := pd[d] - a; pc[c] := pc[c] - a;
        elsif m_phase[i] = 1 then wd[d] := wd[d] - a; wc[c] := wc[c] - a;
        else wd[d] := wd[d] + a; wc[c] := wc[c] + a; end if;
        ver[d] := ver[d] - 1; ver[c] := ver[c] - 1;
        sunk[d] := sunk_d[i]; sunk[c] := sunk_c[i];
      end loop;
      if why in ('floor', 'closed', 'overflow', 'nothing_pending', 'not_empty') then
        k := what::int;
        what := json_build_object('book', a_book[k], 'account', a_id[k], 'floor', fl[k],
          'available', case when cn[k] then pc[k] - pd[k] - wd[k]
                            else pd[k] - pc[k] - wc[k] end)::text;
      else
        what := json_build_object('id', what)::text;
      end if;
      refusals := refusals || json_build_array(u, why, what)::text;
      unit := u; code := why; detail := what;
      return next;
    end if;
    at_e := at_e + u_entries[u]; at_m := at_m + u_moves[u]; at_c := at_c + u_holds[u];
    at_o := at_o + u_objects[u]; at_x := at_x + u_closings[u];
  end loop;

  -- 5. Write what was accepted.
  insert into entry (book_id, id, kind, source, request, effective_at, recorded_at, expires_at,
                     reverses, reversal_no, resolves, description, metadata, moves, digest, xid)
    select x.b, x.id, x.k, x.s, x.r, x.eff, p_now, x.exp,
           case when x.rev > 0 then r_entry[x.rev] end, x.rno, x.res, x.dsc, x.meta, x.mv,
           decode(x.dig, 'hex'), xid
    from unnest(e_unit, e_book, e_id, e_kind, e_source, e_request, e_effective, e_expires,
                e_reversal, e_reversal_no, e_resolves, e_description, e_metadata, e_moves, e_digest)
      as x(u, b, id, k, s, r, eff, exp, rev, rno, res, dsc, meta, mv, dig)
    where ok[x.u];
  insert into move (book_id, entry_id, n, debit, credit, amount, phase, forced_by, effective_at,
                    recorded_at, debit_version, debit_posted, debit_available, credit_version,
                    credit_posted, credit_available)
    select e_book[x.e], e_id[x.e], x.n, a_id[x.d], a_id[x.c], x.a, x.p, x.f, e_effective[x.e],
           p_now, x.dv, x.db, x.da, x.cv, x.cb, x.ca
    from unnest(m_entry, m_n, m_debit, m_credit, m_amount, m_phase, m_force, dv, db, da, cv, cb, ca)
      as x(e, n, d, c, a, p, f, dv, db, da, cv, cb, ca)
    where ok[e_unit[x.e]];
  if 1 = any (m_phase) then
    insert into hold (book_id, entry_id, n, amount, remaining, expires_at)
      select e_book[x.e], e_id[x.e], x.n, x.a, x.a, e_expires[x.e]
      from unnest(m_entry, m_n, m_amount, m_phase) as x(e, n, a, p)
      where x.p = 1 and ok[e_unit[x.e]];
  end if;
  update account t set
      posted_debits = x.pd, posted_credits = x.pc, pending_debits = x.wd, pending_credits = x.wc,
      version = x.v, sunk_to = x.s, touched_at = p_now,
      closed_at = case when x.cl then p_now end,
      digest = case when not x.cl then t.digest else sha256(t.digest ||
        convert_to('|closed|' || extract(epoch from p_now)::text, 'UTF8')) end
    from unnest(a_book, a_id, pd, pc, wd, wc, ver, sunk, closed, dirty)
      as x(b, id, pd, pc, wd, wc, v, s, cl, dirty)
    where t.book_id = x.b and t.account_id = x.id and x.dirty;
  insert into daily as t (book_id, account_id, day, debits, credits, first_version, last_version)
    select l.b, l.acc, l.day, sum(l.debit), sum(l.credit), min(l.v), max(l.v)
    from (select e_book[x.e] as b, a_id[x.d] as acc, (e_effective[x.e] at time zone 'UTC')::date as day,
                 x.a as debit, 0::bigint as credit, x.dv as v
          from unnest(m_entry, m_debit, m_amount, m_phase, dv) as x(e, d, a, p, dv)
          where x.p = 0 and ok[e_unit[x.e]]
          union all
          select e_book[x.e], a_id[x.c], (e_effective[x.e] at time zone 'UTC')::date,
                 0, x.a, x.cv
          from unnest(m_entry, m_credit, m_amount, m_phase, cv) as x(e, c, a, p, cv)
          where x.p = 0 and ok[e_unit[x.e]]) l
    group by l.b, l.acc, l.day order by l.b, l.acc, l.day
    on conflict (book_id, account_id, day) do update set
      debits = t.debits + excluded.debits, credits = t.credits + excluded.credits,
      first_version = least(t.first_version, excluded.first_version),
      last_version = greatest(t.last_version, excluded.last_version);
  if cardinality(h_entry) > 0 then
    update hold t set remaining = x.r from unnest(h_book, h_entry, h_n, held) as x(b, e, n, r)
      where t.book_id = x.b and t.entry_id = x.e and t.n = x.n and t.remaining <> x.r;
  end if;
  if cardinality(o_unit) > 0 then
    insert into object (book_id, kind, id, created, version, deleted, body, hidden, status, type,
                        currency, source, destination, payout, parent, "group", file, reference,
                        due_at)
      select d_book[x.d], d_kind[x.d], d_id[x.d], x.cr, 1, x.del, x.body, x.hid, f.*
      from unnest(o_unit, o_document, o_expected, o_created, o_deleted, o_body, o_hidden, o_columns)
        as x(u, d, e, cr, del, body, hid, cols)
      cross join lateral json_to_record(x.cols::json) as f(status text, type text, currency text,
        source text, destination text, payout text, parent text, "group" text, file text,
        reference text, due_at timestamptz)
      where x.e = 0 and ok[x.u];
    if has_old then
      update object t set version = x.e + 1, deleted = x.del, body = x.body, hidden = x.hid,
          status = f.status, type = f.type, currency = f.currency, source = f.source,
          destination = f.destination, payout = f.payout, parent = f.parent, "group" = f."group",
          file = f.file, reference = f.reference, due_at = f.due_at
        from unnest(o_unit, o_document, o_expected, o_deleted, o_body, o_hidden, o_columns)
          as x(u, d, e, del, body, hid, cols)
        cross join lateral json_to_record(x.cols::json) as f(status text, type text, currency text,
          source text, destination text, payout text, parent text, "group" text, file text,
          reference text, due_at timestamptz)
        where x.e > 0 and ok[x.u] and x.e + 1 = docver[x.d]  -- the last of several in this call
          and t.book_id = d_book[x.d] and t.kind = d_kind[x.d] and t.id = d_id[x.d];
    end if;
  end if;
  if cardinality(v_unit) > 0 then
    insert into event (book_id, id, type, object, created, request, body)
      select x.b, x.id, x.t, x.o, p_now, x.r, x.body
      from unnest(v_unit, v_book, v_id, v_type, v_object, v_request, v_body)
        as x(u, b, id, t, o, r, body) where ok[x.u];
    insert into outbox (book_id, id)
      select x.b, x.id from unnest(v_unit, v_book, v_id) as x(u, b, id) where ok[x.u];
  end if;
  if cardinality(j_unit) > 0 then
    insert into job (book_id, id, kind, payload, run_at)
      select x.b, x.id, x.k, x.p, x.at
      from unnest(j_unit, j_book, j_id, j_kind, j_payload, j_run_at) as x(u, b, id, k, p, at)
      where ok[x.u];
  end if;
  if cardinality(f_unit) > 0 then
    insert into bank_file_content (book_id, id, content)
      select x.b, x.id, decode(x.c, 'base64')
      from unnest(f_unit, f_book, f_id, f_content) as x(u, b, id, c) where ok[x.u];
  end if;
  if cardinality(refusals) > 0 then
    update door_batch b set faults = refusals where b.id = p_batch;
  end if;
  -- A refused request leaves no answer behind, unless its items stand alone: then what became of
  -- each is part of the answer.
  if has_keys and cardinality(refusals) > 0 then
    delete from idempotency t using unnest(s_book, s_key, bearer, taken, won)
        with ordinality as x(b, k, first, was, w, o)
      where x.o = x.first and not x.was and x.w = 0 and t.book_id = x.b and t.key = x.k;
    update idempotency t set digest = decode(s_digest[x.w], 'hex'), status = s_status[x.w],
        body = s_body[x.w], request = s_request[x.w]
      from unnest(won) with ordinality as x(w, o)
      where x.w > x.o and t.book_id = s_book[x.w] and t.key = s_key[x.w];
    update idempotency t set outcomes = g.faults
      from (select x.w, json_agg(json_build_array(
                (y.f::json ->> 0)::int - array_position(u_set, s_set[x.w]), y.f::json ->> 1,
                y.f::json ->> 2) order by y.o)::text as faults
            from unnest(won) as x(w)
            join unnest(refusals) with ordinality as y(f, o)
              on u_set[(y.f::json ->> 0)::int] = s_set[x.w]
            where x.w > 0 and s_itemised[x.w] group by x.w) g
      where t.book_id = s_book[g.w] and t.key = s_key[g.w];
  end if;
end $$;

revoke execute on function commit_batch from public;
grant execute on function commit_batch to bezant_app;
