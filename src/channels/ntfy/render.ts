import { fitLines, fitText, utf8Length } from '../fit.ts';
import { linesOf, type RichMessage } from '../rich-message.ts';
import { ntfyLimits } from './spec.ts';

/** The JSON that ntfy publishes. A second message with one sequence id takes the place of the first on the phone. */
export function renderNtfy(message: RichMessage, topic: string, id: string): Record<string, unknown> {
  const opens = message.links.find(({ label }) => label === 'Open the alert');
  return {
    topic,
    sequence_id: id,
    title: fitText(message.title, ntfyLimits.title, undefined, utf8Length),
    message: fitLines(linesOf(message), ntfyLimits.message, utf8Length).join('\n'),
    priority: message.state === 'firing' ? priorities[message.urgency] : 3,
    tags: [tags[message.state]],
    ...(opens === undefined ? {} : { click: opens.url }),
    ...(message.links.length === 0
      ? {}
      : { actions: message.links.map(({ label, url }) => ({ action: 'view', label, url })) }),
  };
}

const priorities: Readonly<Record<RichMessage['urgency'], number>> = { highest: 5, high: 4, normal: 3 };

/** Names of emoji that ntfy puts before the title. */
const tags: Readonly<Record<RichMessage['state'], string>> = {
  firing: 'rotating_light',
  resolved: 'white_check_mark',
  test: 'test_tube',
};
