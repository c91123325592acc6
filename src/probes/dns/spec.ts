import type { KindSpec } from '../kind.ts';

export const dnsSpec: KindSpec = {
  kind: 'dns',
  form: 'dns TXT shop.example',
  summary: 'Looks up the records of a domain, by the resolver of the machine that asks.',
  fields: {
    records: { unit: 'count', means: 'how many records there are' },
    value: { unit: 'text', means: 'the records, sorted, one a line' },
  },
  reasons: {
    'records-missing': { outcome: 'failed', means: 'There is no such record, and the plan expects nothing else.' },
  },
  demands: 'at least one record',
};
