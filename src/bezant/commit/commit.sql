-- name: commit_batch
select unit, code, detail from commit_batch(
  %s::text, %s::timestamptz,
  %s::int[], %s::int[], %s::int[], %s::int[], %s::int[], %s::int[],
  %s::int[], %s::bigint[], %s::text[], %s::text[], %s::int[], %s::text[], %s::text[], %s::boolean[],
  %s::bigint[], %s::text[], %s::boolean[], %s::bigint[], %s::text[], %s::text[], %s::boolean[],
  %s::bigint[], %s::text[],
  %s::bigint[], %s::bigint[],
  %s::int[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[],
  %s::timestamptz[], %s::int[], %s::int[], %s::text[], %s::text[], %s::text[], %s::int[], %s::text[],
  %s::int[], %s::int[], %s::int[], %s::int[], %s::bigint[], %s::int[], %s::text[],
  %s::bigint[], %s::text[], %s::int[],
  %s::int[], %s::bigint[], %s::bigint[], %s::boolean[],
  %s::bigint[], %s::text[],
  %s::bigint[], %s::text[], %s::text[],
  %s::int[], %s::int[], %s::bigint[], %s::timestamptz[], %s::boolean[], %s::text[], %s::text[],
  %s::text[],
  %s::int[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
  %s::int[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::timestamptz[],
  %s::int[], %s::bigint[], %s::text[], %s::text[],
  %s::int[])

-- name: stored_answer
select digest, status, body, request, outcomes from idempotency where book_id = %s and key = %s
