import type { Via } from '#core/model.ts';
import type { Actor } from './actor.ts';

/** How the command line names itself. */
export const CLI_AGENT = 'watchbill-cli';

/** By what a command was given, for its fact. */
export function viaOf(actor: Actor, header: (name: string) => string | undefined): Via {
  if (actor.kind === 'session') return 'web';
  return header('user-agent')?.startsWith(CLI_AGENT) === true ? 'cli' : 'api';
}
