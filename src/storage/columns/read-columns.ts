import { assert } from '#kernel/assert.ts';
import type { EventRecord } from '#signals/record.ts';
import type { EventColumn, EventColumns, Texts } from './event-columns.ts';
import { madeId } from './made-ids.ts';

type Attributes = Record<string, string | number | boolean>;

/** The records behind columns, in their order; `bare` makes an empty map of attributes. */
export function recordsOf(columns: EventColumns, bare: () => Attributes): readonly EventRecord[] {
  const { count, times, made } = columns;
  const records = Array.from({ length: count }, (_, row) => ({
    name: '',
    time: times[row] as number,
    id: made !== undefined && row < made.count ? madeId(made.run, made.first + row) : '',
    attributes: bare(),
  }));
  for (const column of columns.columns) {
    const { owner, name, rows } = column;
    const values = plainValues(column);
    for (let place = 0; place < values.length; place += 1) {
      const record = records[rows === undefined ? place : (rows[place] as number)];
      if (record === undefined) continue;
      const fields = (owner === 'record' ? record : record.attributes) as Attributes;
      fields[name] = values[place] as string | number | boolean;
    }
  }
  return records;
}

function plainValues(column: EventColumn): readonly (string | number | boolean)[] {
  switch (column.type) {
    case 'number':
      return Array.from(column.values);
    case 'boolean':
      return Array.from(column.values, (value) => value === 1);
    case 'text':
      return textValues(column);
  }
}

/** The values of a column of text in their order. */
export function textValues(column: EventColumn): readonly string[] {
  assert(column.type === 'text', `${column.name} is a column of text.`);
  const texts = textsOf(column.texts);
  return column.codes === undefined ? texts : Array.from(column.codes, (code) => texts[code] as string);
}

export function textsOf({ heap, ends }: Texts): readonly string[] {
  const buffer = Buffer.from(heap.buffer, heap.byteOffset, heap.byteLength);
  return Array.from(ends, (end, index) => buffer.toString('utf8', index === 0 ? 0 : ends[index - 1], end));
}
