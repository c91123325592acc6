import { type ProbeKind, problemOf, timeFields } from '../kind.ts';
import { tcpSpec } from './spec.ts';

/** Whether somebody accepts connections there. */
export const tcpKind: ProbeKind<'tcp'> = {
  spec: tcpSpec,
  async run({ host, port }, { dialler, timeoutMs, signal }) {
    const stood = await dialler.connect({ host: hostOf(host), port }, timeoutMs, signal);
    if (!stood.ok) return { fields: {}, problem: problemOf(stood.failure) };
    stood.value.socket.destroy();
    return { fields: timeFields(stood.value.timings) };
  },
};

/** As the guard knows it: lower case, an IPv6 address without its brackets, a name without the dot at its end. */
export function hostOf(written: string): string {
  return written
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
}
