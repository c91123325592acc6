import type { SilenceAnswer, SilencePage, SilenceRequest } from '#contract/silences.ts';
import type { Via } from '#core/via.ts';
import type { EndSilenceCommand } from '#engine/commands.ts';

/** Throw `not-found` for a plan, rule or silence that is not there. */
export interface SilenceServices {
  list(
    plan: string,
    query: {
      readonly state?: 'lasting' | 'ended' | undefined;
      readonly before?: number | undefined;
      readonly limit: number;
    },
  ): Promise<SilencePage>;
  begin(
    plan: string,
    request: SilenceRequest,
    author: { readonly by: string; readonly via: Via },
  ): Promise<SilenceAnswer>;
  /** Throws `version-conflict` or `already-done` with who was faster. */
  end(plan: string, command: EndSilenceCommand): Promise<SilenceAnswer>;
}
