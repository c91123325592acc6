import type { Command } from 'commander';
import type { LaunchAnswer, PlanVersionsAnswer } from '#contract/plan-versions.ts';
import { choosePlan, connect } from './client.ts';
import { type ServerOptionValues, withServerOptions } from './options.ts';
import type { Runtime } from './runtime.ts';

/** `watchbill launch`: T+0 is now, for a plan that says `launch: on command`. */
export function registerLaunch(program: Command, runtime: Runtime): void {
  withServerOptions(
    program
      .command('launch')
      .summary('set T+0 to now, for a plan that is launched on command')
      .argument('[plan]', 'the plan (default: the only one)'),
  )
    .addHelpText('after', '\nExample:\n  $ watchbill launch shop')
    .action(async (named: string | undefined, options: ServerOptionValues) => {
      const client = await connect(runtime, options);
      const plan = await choosePlan(client, named);
      const path = `/api/plans/${encodeURIComponent(plan)}`;
      const { current } = await client.get<PlanVersionsAnswer>(`${path}/versions`);
      const answer = await client.post<LaunchAnswer>(`${path}/launch`, { expectedVersion: current });
      const text = options.json ? JSON.stringify(answer, null, 2) : `${plan} is launched: T+0 is ${answer.launchedAt}.`;
      runtime.write(`${text}\n`);
    });
}
