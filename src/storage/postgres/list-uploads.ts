import type pg from 'pg';
import { assert } from '#kernel/assert.ts';
import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { withoutTexts } from '#kernel/without-texts.ts';
import { withOurFailures } from './our-failures.ts';
import { timestamp } from './pool.ts';

/** A list that somebody held against the events of a source, and what came of it. Rows and differences are JSON of whoever compared. */
export interface ListUpload {
  readonly comparison: string;
  readonly at: Instant;
  readonly by: string;
  readonly source: string;
  readonly key: string;
  readonly fields: readonly string[];
  /** Events of this time were compared. */
  readonly from: Instant;
  readonly to: Instant;
  readonly events: number;
  /** Events that could not be compared, since they have no key. */
  readonly withoutKey: number;
  readonly equal: number;
  /** How many there are; `differences` has the first of them. */
  readonly differenceCount: number;
  readonly rowCount: number;
  /** Written as JSON already: both may be of some mebibytes. */
  readonly rows: string;
  readonly differences: string;
}

/** One that is kept, without its rows. */
export interface KeptList extends Omit<ListUpload, 'rows' | 'differences'> {
  readonly id: string;
  /** As many as were asked for. */
  readonly differences: readonly unknown[];
}

export interface ListUploads {
  /** Gives the id that it has from now on. Of its comparison the oldest go that are beyond the limit. */
  keep(plan: string, upload: ListUpload): Promise<string>;
  /** Without its rows, which nobody looks at, and with so many of what differs; undefined when it is not there. */
  find(plan: string, id: string, differences: number): Promise<KeptList | undefined>;
  /** Of one that the core refused. */
  remove(plan: string, id: string): Promise<void>;
  /** Puts `instead` in place of these texts wherever one stands by itself; returns how many lists were changed. */
  forget(plan: string, forms: readonly string[], instead: string): Promise<number>;
}

/** Lists in PostgreSQL. Throw `not-ready` while it is away. */
export function createListUploads(pool: pg.Pool): ListUploads {
  return withOurFailures<ListUploads>({
    keep: async (plan, upload) => {
      const kept = await pool.query<{ readonly id: string }>(
        `insert into list_upload (plan, id, comparison, uploaded_at, uploaded_by, source, key_field, fields, compared_from, compared_to,
           row_count, event_count, without_key, equal_count, difference_count, list_rows, differences)
         values ($1, gen_random_uuid(), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) returning id`,
        [
          ...[plan, upload.comparison, timestamp(upload.at), upload.by, upload.source, upload.key],
          ...[JSON.stringify(upload.fields), timestamp(upload.from), timestamp(upload.to), upload.rowCount],
          ...[upload.events, upload.withoutKey, upload.equal, upload.differenceCount],
          ...[upload.rows, upload.differences],
        ],
      );
      const [row] = kept.rows;
      assert(row !== undefined, 'A list that was stored has no id.');
      await pool.query(
        `delete from list_upload where plan = $1 and id in (
           select id from list_upload where plan = $1 and comparison = $2 and id <> $3 order by uploaded_at desc, id offset $4)`,
        [plan, upload.comparison, row.id, limits.comparisonListsKept - 1],
      );
      return row.id;
    },
    find: async (plan, id, differences) => {
      const found = await pool.query<Row>(
        `select id, comparison, uploaded_at, uploaded_by, source, key_field, fields, compared_from, compared_to, row_count, event_count,
           without_key, equal_count, difference_count, coalesce((
             select json_agg(one.difference order by one.place)
             from json_array_elements(differences) with ordinality as one (difference, place) where one.place <= $3
           ), '[]'::json) as differences
         from list_upload where plan = $1 and id = $2`,
        [plan, id, differences],
      );
      const [row] = found.rows;
      if (row === undefined) return undefined;
      return {
        ...{ id: row.id, comparison: row.comparison, at: row.uploaded_at, by: row.uploaded_by, source: row.source },
        ...{ key: row.key_field, fields: row.fields, from: row.compared_from, to: row.compared_to },
        ...{ rowCount: row.row_count, events: row.event_count, withoutKey: row.without_key, equal: row.equal_count },
        ...{ differenceCount: row.difference_count, differences: row.differences },
      };
    },
    remove: async (plan, id) => {
      await pool.query('delete from list_upload where plan = $1 and id = $2', [plan, id]);
    },
    forget: async (plan, forms, instead) => {
      const written = forms.map((form) => JSON.stringify(form).slice(1, -1));
      const naming = await pool.query<{ readonly id: string }>(
        `select id from list_upload where plan = $1 and exists (
           select from unnest($2::text[]) as form
           where position(form in list_rows::text) > 0 or position(form in differences::text) > 0)`,
        [plan, written],
      );
      let changed = 0;
      for (const { id } of naming.rows) {
        // One at a time: each may be of a mebibyte.
        const found = await pool.query<{ readonly list_rows: unknown; readonly differences: unknown }>(
          'select list_rows, differences from list_upload where plan = $1 and id = $2',
          [plan, id],
        );
        const before = JSON.stringify(found.rows[0] ?? {});
        const cleaned = withoutTexts(found.rows[0] ?? {}, forms, instead) as Record<string, unknown>;
        if (JSON.stringify(cleaned) === before) continue;
        await pool.query('update list_upload set list_rows = $3, differences = $4 where plan = $1 and id = $2', [
          ...[plan, id, JSON.stringify(cleaned['list_rows']), JSON.stringify(cleaned['differences'])],
        ]);
        changed += 1;
      }
      return changed;
    },
  });
}

interface Row {
  readonly id: string;
  readonly comparison: string;
  readonly uploaded_at: Instant;
  readonly uploaded_by: string;
  readonly source: string;
  readonly key_field: string;
  readonly fields: readonly string[];
  readonly compared_from: Instant;
  readonly compared_to: Instant;
  readonly row_count: number;
  readonly event_count: number;
  readonly without_key: number;
  readonly equal_count: number;
  readonly difference_count: number;
  readonly differences: readonly unknown[];
}
