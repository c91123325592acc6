/** What stands at `json.a.b` in an answer, array elements by their number; undefined when there is nothing. */
export function readPath(root: unknown, field: string): unknown {
  let value = root;
  for (const step of field.split('.').slice(1)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[step];
  }
  return value;
}

const WELL = new Set(['ok', 'up', 'healthy', 'pass', 'passed', 'passing', 'operational', 'true']);
/** Where health endpoints say it of a part that is an object. */
const STATE_KEYS = ['status', 'state', 'healthy', 'ok'];

/** Whether a part's entry says that it is well, as health endpoints usually write it; undefined when there is no entry. */
export function isWell(entry: unknown): boolean | undefined {
  if (typeof entry === 'boolean') return entry;
  if (typeof entry === 'string') return WELL.has(entry.toLowerCase());
  if (typeof entry !== 'object' || entry === null) return undefined;
  const key = STATE_KEYS.find((one) => Object.hasOwn(entry, one));
  const state = key === undefined ? undefined : (entry as Readonly<Record<string, unknown>>)[key];
  return typeof state === 'object' ? undefined : isWell(state);
}
