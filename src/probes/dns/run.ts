import { limits } from '#kernel/limits.ts';
import { type ProbeKind, problemOf } from '../kind.ts';
import { hostOf } from '../tcp/run.ts';
import { dnsSpec } from './spec.ts';

/** Which records a domain has. */
export const dnsKind: ProbeKind<'dns'> = {
  spec: dnsSpec,
  async run({ record, domain }, { dialler, timeoutMs, signal }) {
    const found = await dialler.lookUp(record, hostOf(domain), timeoutMs, signal);
    if (!found.ok) return { fields: {}, problem: problemOf(found.failure) };
    const records = found.value.length;
    const value = found.value.join('\n');
    return {
      fields: { records, ...(records === 0 ? {} : { value: value.slice(0, limits.probeEvidenceCharacters) }) },
      evidence: value,
      read: (field) => (field === 'records' ? records : field === 'value' ? value : undefined),
      demand: () =>
        records > 0
          ? undefined
          : { outcome: 'failed', reason: 'records-missing', message: `${domain} has no record ${record}.` },
    };
  },
};
