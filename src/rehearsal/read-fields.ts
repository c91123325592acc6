import { fieldUnit } from '#plan/compile/units.ts';
import type { FieldValue } from '#plan/model.ts';
import { baseUnitsPer, type FieldUnits } from '#signals/predicate.ts';
import type { FieldTraffic } from './scenario.ts';
import { Misread, type TokenReader } from './token-reader.ts';
import type { Token } from './tokens.ts';

interface Choice {
  readonly value: FieldValue;
  /** Undefined for the rest. */
  readonly share?: number;
}

/**
 * `with status = 500 in 3%, status = 200, duration between 20ms and 200ms`: the shares of one field are drawn together, and the value
 * without a share takes the rest. A quantity is sent as a product sends it: in the unit that the source gives the field.
 */
export function readFields(reader: TokenReader, units: FieldUnits): readonly FieldTraffic[] {
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
      const sent = (token: Token): number => sentNumber(reader, token, field, units);
      others.set(field, { kind: 'between', field, low: sent(low), high: sent(high) });
    } else if (reader.takes('around')) {
      others.set(field, { kind: 'around', field, median: sentNumber(reader, reader.number('a number'), field, units) });
    } else if (reader.takes('from')) {
      others.set(field, { kind: 'from', field, count: Math.max(1, Math.floor(reader.number('how many', '').value)) });
    } else if (reader.takes('numbered')) {
      others.set(field, { kind: 'numbered', field, prefix: reader.text('what stands before the number').text });
    } else {
      const operator = reader.operator('`=`, `between`, `around`, `from` or `numbered`');
      if (operator.text !== '=') throw new Misread('A field is set with `=`.', reader.spanOf(operator));
      const value = readValue(reader, field, units);
      const share = reader.takes('in') ? reader.number('a share, such as `3%`', 'share').value : undefined;
      choices.set(field, [...(choices.get(field) ?? []), { value, ...(share === undefined ? {} : { share }) }]);
    }
    if (taken || (others.has(field) && choices.has(field))) {
      throw new Misread(`The field \`${field}\` is set in two ways.`, reader.spanOf(name));
    }
  } while (reader.comma());
  return [...others.values(), ...[...choices].map(([field, of]) => withRest(reader, field, of))];
}

function readValue(reader: TokenReader, field: string, units: FieldUnits): FieldValue {
  if (reader.takes('true')) return true;
  if (reader.takes('false')) return false;
  if (reader.next?.kind === 'text') return reader.text('a text').text;
  if (reader.next?.kind === 'number') return sentNumber(reader, reader.number('a number'), field, units);
  throw reader.misread('a number, `true`, `false` or a text in quotation marks', 'Write text as `"ok"`.');
}

/** What the bases of units are called among tokens; a declared word of the plan is none of them. */
const MEASURED: Readonly<Record<string, Token['measured']>> = {
  ms: 'time',
  fraction: 'share',
  bytes: 'size',
  'per-second': 'rate',
};

/** A bare number is sent as it stands, a quantity in the field's unit; one in a field of no known unit in base units. */
function sentNumber(reader: TokenReader, token: Token, field: string, units: FieldUnits): number {
  const unit = Object.hasOwn(units, field) ? units[field] : field === 'duration' ? 'ms' : undefined;
  if (token.measured === '' || unit === undefined || unit === '') return token.value;
  if (MEASURED[fieldUnit(unit).base] !== token.measured) {
    const message = `\`${token.text}\` does not fit the field \`${field}\`, which is in ${unit}.`;
    throw new Misread(message, reader.spanOf(token));
  }
  // Dividing leaves noise in the last digit, with which `load = 7%` would not be the 7% of a condition.
  return Number((token.value / baseUnitsPer(unit)).toPrecision(15));
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
