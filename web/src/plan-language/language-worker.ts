import type { Answered, Asked, CheckAnswer, LanguageQuestion, TextFile } from './protocol.ts';

/**
 * The thread of the plan's language in the browser. It runs the compiler that the server runs, so that a finding here is the finding
 * there, in the same words.
 */
const thread = self as unknown as {
  onmessage: ((event: { readonly data: Asked }) => void) | null;
  postMessage(answer: Answered): void;
};

const language = load();

async function load() {
  if (!('Temporal' in globalThis)) await import('temporal-polyfill/global');
  const [compile, complete, hover, scenario, files] = await Promise.all([
    import('#plan/compile.ts'),
    import('#plan/editor/complete.ts'),
    import('#plan/editor/hover.ts'),
    import('#rehearsal/read-scenario.ts'),
    import('#plan/scenario-file.ts'),
  ]);
  return { ...compile, ...complete, ...hover, ...scenario, ...files };
}

thread.onmessage = ({ data: { id, question } }) => {
  answer(question).then(
    (found) => thread.postMessage({ id, answer: found }),
    (error: unknown) => thread.postMessage({ id, problem: error instanceof Error ? error.message : String(error) }),
  );
};

async function answer(question: LanguageQuestion) {
  const { completeAt, hoverAt, isScenarioPath } = await language;
  if (question.kind === 'check') return check(question.files);
  const { files, path, offset } = question;
  if (isScenarioPath(path)) return undefined;
  const text = files.find((file) => file.path === path)?.text ?? '';
  const others = files.filter((file) => file.path !== path && !isScenarioPath(file.path)).map((file) => file.text);
  return question.kind === 'complete' ? completeAt(text, offset, others) : hoverAt(text, offset, others);
}

/** T+0 of a plan that is launched on command; a scenario's steps count from it. */
const SOME_LAUNCH = 0;

async function check(files: readonly TextFile[]): Promise<CheckAnswer> {
  const { compilePlan, isScenarioPath, readScenario, withoutScenarios } = await language;
  const own = withoutScenarios(files);
  const { plan, diagnostics, notExecuted } = compilePlan(own);
  const scenarios = files.filter(({ path }) => isScenarioPath(path));
  const found = scenarios.flatMap((scenario) =>
    plan === undefined
      ? compilePlan([...own, scenario]).diagnostics.filter(({ path }) => path === scenario.path)
      : readScenario(scenario, { ...plan, launch: plan.launch ?? SOME_LAUNCH }, () => ({
          ok: false,
          problem: 'Another version can be applied only on the command line: `watchbill rehearse`.',
        })).diagnostics,
  );
  return {
    diagnostics: [...diagnostics, ...found],
    ...(plan === undefined ? {} : { plan: plan.name }),
    notExecuted: notExecuted.map(({ what, path, line, column }) => ({ what, path, line, column })),
  };
}
