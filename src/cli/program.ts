import { Command, CommanderError } from 'commander';
import { errorCodes, WatchbillError } from '#kernel/error-codes.ts';
import { registerApply } from './apply.ts';
import { registerAssess } from './assess.ts';
import { registerBackup, registerRestore } from './backup.ts';
import { registerChannels } from './channels.ts';
import { registerCheck } from './check.ts';
import { registerDemo } from './demo.ts';
import { registerExplain } from './explain.ts';
import { registerForgetUser } from './forget-user.ts';
import { registerFormat } from './format.ts';
import { registerInbox } from './inbox.ts';
import { registerKey } from './key.ts';
import { registerLaunch } from './launch.ts';
import { registerProbe } from './probe.ts';
import { registerRehearse } from './rehearse.ts';
import { registerRespond } from './respond.ts';
import { registerReviews } from './reviews.ts';
import type { Runtime } from './runtime.ts';
import { registerSend } from './send.ts';
import { registerShip } from './ship.ts';
import { registerStatus } from './status.ts';
import { registerUp } from './up.ts';
import { registerUser } from './user.ts';

/** Runs one command line; resolves with the exit code, never throws. `docs/cli.md` lists the codes. */
export async function runCommandLine(argv: readonly string[], runtime: Runtime): Promise<number> {
  let exitCode = 0;
  const program = createProgram(runtime, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : errorCodes.usage.exit;
    if (thrown instanceof WatchbillError) {
      const { exit, hint } = errorCodes[thrown.code];
      runtime.writeError(`${thrown.code}: ${thrown.message}\n${hint}\n`);
      return exit;
    }
    runtime.writeError(
      `internal-error: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`,
    );
    return errorCodes['internal-error'].exit;
  }
}

/** The commands, in the order in which `--help` shows them. `exitWith` is told the exit code of a server that ran. */
export function createProgram(runtime: Runtime, exitWith: (code: number) => void): Command {
  const program = new Command('watchbill')
    .description('Watchbill executes the plan by which you watch your product after launch.')
    .version(runtime.version, '-V, --version', 'print the version')
    .exitOverride()
    .configureOutput({ writeOut: (text) => runtime.write(text), writeErr: (text) => runtime.writeError(text) })
    .showSuggestionAfterError()
    .enablePositionalOptions()
    .addHelpText(
      'after',
      '\nStart here:\n  $ watchbill demo          a small shop, watched\n  $ watchbill check PLAN    your own plan\n  $ watchbill up PLAN       watch it',
    );

  registerUp(program, runtime, exitWith);
  registerDemo(program, runtime, exitWith);
  registerCheck(program, runtime);
  registerFormat(program, runtime);
  registerApply(program, runtime);
  registerSend(program, runtime);
  registerShip(program, runtime);
  registerProbe(program, runtime);
  registerStatus(program, runtime);
  registerAssess(program, runtime);
  registerExplain(program, runtime);
  registerInbox(program, runtime);
  registerChannels(program, runtime);
  registerLaunch(program, runtime);
  registerRespond(program, runtime);
  registerReviews(program, runtime);
  registerRehearse(program, runtime);
  registerKey(program, runtime);
  registerForgetUser(program, runtime);
  registerUser(program, runtime);
  registerBackup(program, runtime);
  registerRestore(program, runtime);
  program
    .command('version')
    .summary('print the version')
    .action(() => runtime.write(`${runtime.version}\n`));
  return program;
}
