import type { KindSpec } from '../kind.ts';

export const tcpSpec: KindSpec = {
  kind: 'tcp',
  form: 'tcp db.shop.example:5432',
  summary: 'Opens a connection and closes it again; nothing is said over it.',
  fields: {
    'time.dns': { unit: 'ms', means: 'looking up the name' },
    'time.connect': { unit: 'ms', means: 'until the connection stood' },
  },
  reasons: {},
  demands: 'a connection that stands',
};
