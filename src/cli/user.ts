import type { Command } from 'commander';
import type { MemberAnswer, OneTimeLinkAnswer } from '#contract/members.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { connect } from './client.ts';
import { type ServerOptionValues, withServerOptions } from './options.ts';
import type { Runtime } from './runtime.ts';
import { formatTable } from './table.ts';

/** `watchbill user list|link`: who may sign in, and a link for a new password. */
export function registerUser(program: Command, runtime: Runtime): void {
  const user = program.command('user').summary('who may sign in, and links for new passwords');

  withServerOptions(user.command('list').summary('who may sign in, and as what')).action(
    async (options: ServerOptionValues) => {
      const client = await connect(runtime, options);
      const members = await client.get<readonly MemberAnswer[]>('/api/members');
      if (options.json) runtime.write(`${JSON.stringify(members, null, 2)}\n`);
      else if (members.length === 0) {
        runtime.write('Nobody can sign in yet; `watchbill up` prints the link that makes the first owner.\n');
      } else {
        const rows = members.map(memberRow);
        runtime.write(`${formatTable(['email', 'name', 'server', 'plans', 'last seen', 'state'], rows)}\n`);
      }
    },
  );

  withServerOptions(
    user
      .command('link')
      .summary('make a link by which somebody sets a new password, once and within an hour')
      .argument('<email>', 'whose password'),
  )
    .addHelpText('after', '\nExamples:\n  $ watchbill user link mia@shop.example')
    .action(async (email: string, options: ServerOptionValues) => {
      const client = await connect(runtime, options);
      const members = await client.get<readonly MemberAnswer[]>('/api/members');
      const member = members.find((candidate) => candidate.email === email.toLowerCase());
      if (member === undefined) throw new WatchbillError('not-found', `Nobody has the address ${email}.`, email);
      const path = `/api/members/${encodeURIComponent(member.id)}/reset-link`;
      const link = await client.post<OneTimeLinkAnswer>(path, undefined);
      runtime.write(options.json ? `${JSON.stringify(link, null, 2)}\n` : `${link.url}\n`);
    });
}

function memberRow(member: MemberAnswer): readonly string[] {
  const plans = Object.entries(member.planLevels).map(([plan, level]) => `${plan}: ${level}`);
  return [
    member.email,
    member.name,
    member.serverLevel ?? '-',
    plans.join(', '),
    member.lastSeenAt ?? 'never',
    member.disabled ? 'disabled' : 'may sign in',
  ];
}
