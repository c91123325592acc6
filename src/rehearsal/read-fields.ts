import type { FieldValue } from '#plan/model.ts';
import type { FieldTraffic } from './scenario.ts';
import { Misread, type TokenReader } from './token-reader.ts';

interface Choice {
  readonly value: FieldValue;
  /** Undefined for the rest. */
  readonly share?: number;
}

/**
 * `with status = 500 in 3%, status = 200, duration between 20ms and 200ms`: the shares of one field are drawn together, and the value
 * without a share takes the rest.
 */
export function readFields(reader: TokenReader): readonly FieldTraffic[] {
  if (!reader.takes('with')) return [];
  const choices = new Map<string, Choice[]>();
  const others = new Map<string, FieldTraffic>();
  do {
    const name = reader.word('the name of a field');
    const field = name.text;
    const taken = others.has(field);
    if (reader.takes('between')) {
      const low = reader.number('a number');
      reader.expects('and');
      const high = reader.number('a number', low.measured);
      if (high.value < low.value) throw new Misread('The range ends below its begin.', reader.spanOf(high));
      others.set(field, { kind: 'between', field, low: low.value, high: high.value });
    } else if (reader.takes('around')) {
      others.set(field, { kind: 'around', field, median: reader.number('a number').value });
    } else if (reader.takes('from')) {
      others.set(field, { kind: 'from', field, count: Math.max(1, Math.floor(reader.number('how many', '').value)) });
    } else {
      const operator = reader.operator('`=`, `between`, `around` or `from`');
      if (operator.text !== '=') throw new Misread('A field is set with `=`.', reader.spanOf(operator));
      const value = readValue(reader);
      const share = reader.takes('in') ? reader.number('a share, such as `3%`', 'share').value : undefined;
      choices.set(field, [...(choices.get(field) ?? []), { value, ...(share === undefined ? {} : { share }) }]);
    }
    if (taken || (others.has(field) && choices.has(field))) {
      throw new Misread(`The field \`${field}\` is set in two ways.`, reader.spanOf(name));
    }
  } while (reader.comma());
  return [...others.values(), ...[...choices].map(([field, of]) => withRest(reader, field, of))];
}

function readValue(reader: TokenReader): FieldValue {
  if (reader.takes('true')) return true;
  if (reader.takes('false')) return false;
  if (reader.next?.kind === 'text') return reader.text('a text').text;
  if (reader.next?.kind === 'number') return reader.number('a number').value;
  throw reader.misread('a number, `true`, `false` or a text in quotation marks', 'Write text as `"ok"`.');
}

function withRest(reader: TokenReader, field: string, choices: readonly Choice[]): FieldTraffic {
  const sum = choices.reduce((total, { share }) => total + (share ?? 0), 0);
  const open = choices.filter(({ share }) => share === undefined).length;
  if (sum > 1 + 1e-9 || open > 1) {
    const what = open > 1 ? `has ${open} values without a share` : `is set in ${Math.round(sum * 100)}%`;
    throw new Misread(
      `The field \`${field}\` ${what}.`,
      reader.spanOf(undefined),
      'At most one value takes the rest of 100%.',
      'E303',
    );
  }
  return {
    kind: 'choice',
    field,
    choices: choices.map(({ value, share }) => ({ value, share: share ?? 1 - sum })),
  };
}
