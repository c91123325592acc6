import { type Instant, parseInstant } from '#kernel/instant.ts';

/**
 * Lines of an access log as `request` events. `combined` is the format of nginx and Apache by that name; `json` is one object a
 * line with nginx's variables as names (`time_iso8601` or `msec`, `status`, `request_method`, `request_uri`, `request_time` …).
 */
export type AccessLogFormat = 'combined' | 'json';

/** One event in the form of `POST /v1/events`. */
export interface AccessEvent {
  readonly name: 'request';
  readonly time: Instant;
  readonly status: number;
  readonly duration_ms?: number;
  readonly method?: string;
  /** Without the query string, which may hold anything of a user. */
  readonly path?: string;
  readonly bytes?: number;
  readonly user_agent?: string;
  readonly referrer?: string;
  readonly client?: string;
  readonly host?: string;
}

const COMBINED =
  /^(\S+) \S+ .*? \[([^\]]+)\] "((?:[^"\\]|\\.)*)" (\d{3}) (\d+|-)(?: "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)")?/;
const LOCAL_TIME = /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}:\d{2}:\d{2}) ([+-]\d{2})(\d{2})$/;
const REQUEST_LINE = /^([A-Z][A-Z-]*) (\S+)(?: HTTP\/[\d.]+)?$/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const PATH_CHARACTERS = 2_000;
const TEXT_CHARACTERS = 1_000;

/** The event of a line; undefined when the line is malformed. Without a format, a line that begins with `{` is JSON. */
export function decodeAccessLine(line: string, format?: AccessLogFormat): AccessEvent | undefined {
  const text = line.trim();
  const found = format ?? (text.startsWith('{') ? 'json' : 'combined');
  return found === 'json' ? decodeJson(text) : decodeCombined(text);
}

function decodeCombined(text: string): AccessEvent | undefined {
  const match = COMBINED.exec(text);
  if (match === null) return undefined;
  const [, client, localTime = '', request = '', status, bytes = '-', referrer, agent] = match;
  const time = parseLocalTime(localTime);
  if (time === undefined) return undefined;
  return event({
    time,
    status: Number(status),
    client: unescapeText(client),
    bytes: bytes === '-' ? 0 : Number(bytes),
    referrer: unescapeText(referrer),
    agent: unescapeText(agent),
    ...parseRequest(unescapeText(request)),
  });
}

function decodeJson(text: string): AccessEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const fields = new Map(Object.entries(value));
  const first = (...names: readonly string[]): string | undefined => {
    for (const name of names) {
      const found = fields.get(name);
      if ((typeof found === 'string' && found !== '') || typeof found === 'number') return String(found);
    }
    return undefined;
  };
  const time = parseAnyTime(first('time_iso8601', 'msec', 'time', 'time_local', 'timestamp', '@timestamp', 'ts'));
  const status = Number(first('status') ?? Number.NaN);
  if (time === undefined || !Number.isInteger(status)) return undefined;
  const line = parseRequest(first('request'));
  return event({
    time,
    status,
    durationMs: secondsToMs(first('request_time')),
    method: first('request_method', 'method') ?? line.method,
    path: first('request_uri', 'uri', 'path') ?? line.path,
    bytes: numberOf(first('body_bytes_sent', 'bytes_sent', 'bytes')),
    agent: first('http_user_agent', 'user_agent'),
    referrer: first('http_referer', 'http_referrer', 'referrer'),
    client: first('remote_addr', 'client'),
    host: first('host', 'server_name'),
  });
}

interface Parts {
  readonly time: Instant;
  readonly status: number;
  readonly durationMs?: number | undefined;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly bytes?: number | undefined;
  readonly agent?: string | undefined;
  readonly referrer?: string | undefined;
  readonly client?: string | undefined;
  readonly host?: string | undefined;
}

function event(parts: Parts): AccessEvent {
  const path = withoutQuery(parts.path)?.slice(0, PATH_CHARACTERS);
  const agent = present(parts.agent);
  const referrer = withoutQuery(present(parts.referrer));
  const client = present(parts.client);
  const host = present(parts.host);
  const method = present(parts.method);
  return {
    name: 'request',
    time: parts.time,
    status: parts.status,
    ...(parts.durationMs === undefined ? undefined : { duration_ms: parts.durationMs }),
    ...(method === undefined ? undefined : { method }),
    ...(path === undefined ? undefined : { path }),
    ...(parts.bytes === undefined ? undefined : { bytes: parts.bytes }),
    ...(agent === undefined ? undefined : { user_agent: agent }),
    ...(referrer === undefined ? undefined : { referrer }),
    ...(client === undefined ? undefined : { client }),
    ...(host === undefined ? undefined : { host }),
  };
}

/** nginx writes `-` for what is absent. */
function present(text: string | undefined): string | undefined {
  return text === undefined || text === '' || text === '-' ? undefined : text.slice(0, TEXT_CHARACTERS);
}

function withoutQuery(url: string | undefined): string | undefined {
  return url?.split(/[?#]/, 1)[0];
}

/** A broken request line, as scanners send them, still is a request with a status. */
function parseRequest(request: string | undefined): { readonly method?: string; readonly path?: string } {
  const match = REQUEST_LINE.exec(request ?? '');
  if (match?.[1] === undefined || match[2] === undefined) return {};
  return { method: match[1], path: match[2] };
}

/** `02/Mar/2026:08:00:00 +0100` */
function parseLocalTime(text: string): Instant | undefined {
  const match = LOCAL_TIME.exec(text);
  if (match === null) return undefined;
  const [, day, monthName = '', year, time, offsetHours, offsetMinutes] = match;
  const month = String(MONTHS.indexOf(monthName) + 1).padStart(2, '0');
  return parseInstant(`${year}-${month}-${day}T${time}${offsetHours}:${offsetMinutes}`);
}

/** ISO 8601, nginx's local time, or seconds since 1970 with a fraction (`$msec`). */
function parseAnyTime(text: string | undefined): Instant | undefined {
  if (text === undefined) return undefined;
  if (/^\d{9,10}(\.\d+)?$/.test(text)) return Math.round(Number(text) * 1_000);
  if (/^\d{13}$/.test(text)) return Number(text);
  return parseInstant(text) ?? parseLocalTime(text);
}

function secondsToMs(text: string | undefined): number | undefined {
  const seconds = numberOf(text);
  // Rounded to the microsecond, because 0.003 s is not exactly 3 ms in binary fractions.
  return seconds === undefined || seconds < 0 ? undefined : Math.round(seconds * 1_000_000) / 1_000;
}

function numberOf(text: string | undefined): number | undefined {
  const value = text === undefined ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** nginx writes control characters, quotes and what is no ASCII as `\xHH`. */
function unescapeText(text: string): string;
function unescapeText(text: string | undefined): string | undefined;
function unescapeText(text: string | undefined): string | undefined {
  if (!text?.includes('\\')) return text;
  return text.replace(/\\x([0-9A-Fa-f]{2})|\\(["\\])/g, (_, code: string | undefined, plain: string | undefined) =>
    code === undefined ? (plain ?? '') : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
