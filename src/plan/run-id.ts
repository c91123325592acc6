import { limits } from '#kernel/limits.ts';

/** What stands in a request for the id of its look. */
export const RUN_PLACE = '<run>';

/** 120 bits: nobody who was not sent it can say it. */
export const RUN_ID_BYTES = 15;
const PREFIX = 'wb';
const RUN_ID = /^wb[a-z2-7]{24}$/;
/** By looking ahead, since what stands before an id may look like the beginning of one. */
const RUN_IDS = /(?=(wb[a-z2-7]{24}))/gi;

/** An id from the base 32 of its random bytes: one word of small letters and digits, which stands everywhere as it is, also in a mail address. */
export function runId(base32: string): string {
  return `${PREFIX}${base32}`;
}

/** Whether a text is an id of a look. */
export function isRunId(text: string): boolean {
  return RUN_ID.test(text);
}

/** The ids that a text holds; in capitals too, since mail and texts are carried by many. */
export function runIdsIn(text: string): readonly string[] {
  const ids: string[] = [];
  for (const [, id = ''] of text.matchAll(RUN_IDS)) {
    ids.push(id.toLowerCase());
    if (ids.length >= limits.probeRunsPerValue) break;
  }
  return ids;
}
