import { readName } from './read-name.ts';
import type { Action, HeartbeatDoing, ProbeAnswer } from './scenario.ts';
import type { TokenReader } from './token-reader.ts';

/** `probe shop fails with status 503`, `probe shop answers`, `probe shop is not measured`, `probe mail is not confirmed`, `probe health.database fails`. */
export function readProbe(
  reader: TokenReader,
  names: {
    readonly probes: ReadonlySet<string>;
    readonly parts: ReadonlySet<string>;
    readonly confirmed: ReadonlySet<string>;
  },
): Action {
  const name = readName(reader, new Set([...names.probes, ...names.parts]), 'probe');
  const [probe = name, part] = names.parts.has(name) ? name.split('.') : [];
  const of = { kind: 'probe', probe, ...(part === undefined ? {} : { part }) } as const;
  if (reader.takes('is', 'not', 'measured')) return { ...of, answer: { is: 'not measured', fields: [] } };
  const confirmed = part === undefined && names.confirmed.has(probe);
  if (confirmed && reader.takes('is', 'not', 'confirmed'))
    return { ...of, answer: { is: 'not confirmed', fields: [] } };
  const is = reader.takes('fails') ? 'fails' : reader.takes('answers') ? 'answers' : undefined;
  if (is === undefined)
    throw reader.misread(`\`answers\`, \`fails\`${confirmed ? ', `is not confirmed`' : ''} or \`is not measured\``);
  // An answer says of a part only how it is.
  return { ...of, answer: { is, ...(part === undefined ? readFound(reader, is) : { fields: [] }) } };
}

/** What the results hold: `with status 503, time 3s`, or of a failure `with "connection refused"`. */
function readFound(reader: TokenReader, is: 'fails' | 'answers'): Pick<ProbeAnswer, 'fields' | 'message'> {
  if (!reader.takes('with')) return { fields: [] };
  if (is === 'fails' && reader.next?.kind === 'text') return { fields: [], message: reader.text('a message').text };
  const fields: ProbeAnswer['fields'][number][] = [];
  do {
    const field = reader.word('a field, such as `status`').text;
    const value = reader.next?.kind === 'text' ? reader.text('a value').text : reader.number('a value').value;
    fields.push({ field, value });
  } while (reader.comma());
  return { fields };
}

const DOINGS: readonly HeartbeatDoing[] = ['comes', 'fails', 'starts', 'stops'];

/** `heartbeat backup comes`. */
export function readHeartbeat(reader: TokenReader, names: { readonly heartbeats: ReadonlySet<string> }): Action {
  const heartbeat = readName(reader, names.heartbeats, 'heartbeat');
  const doing = DOINGS.find((word) => reader.takes(word));
  if (doing === undefined) throw reader.misread('`comes`, `fails`, `starts` or `stops`');
  return { kind: 'heartbeat', heartbeat, doing };
}
