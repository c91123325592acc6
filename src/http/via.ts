import { CLI_AGENT } from '#contract/agent.ts';
import type { Via } from '#core/via.ts';
import type { Actor } from './actor.ts';

/** By what a command was given, for its fact. */
export function viaOf(actor: Actor, header: (name: string) => string | undefined): Via {
  if (actor.kind === 'session') return 'web';
  return header('user-agent')?.startsWith(CLI_AGENT) === true ? 'cli' : 'api';
}
