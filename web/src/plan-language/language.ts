import type { Answered, LanguageAnswers, LanguageQuestion } from './protocol.ts';

/** The plan's language in a thread of its own, so that typing never waits for the compiler. */
export interface Language {
  ask<Kind extends LanguageQuestion['kind']>(
    question: Extract<LanguageQuestion, { readonly kind: Kind }>,
  ): Promise<LanguageAnswers[Kind]>;
}

let started: Language | undefined;

/** The thread, started when it is first needed; one serves all editors. */
export function startLanguage(): Language {
  started ??= createLanguage();
  return started;
}

function createLanguage(): Language {
  const worker = new Worker(new URL('./language-worker.ts', import.meta.url), { type: 'module' });
  const waiting = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>();
  let last = 0;
  worker.onmessage = ({ data }: MessageEvent<Answered>) => {
    const asked = waiting.get(data.id);
    waiting.delete(data.id);
    if ('problem' in data) asked?.reject(new Error(data.problem));
    else asked?.resolve(data.answer as never);
  };
  worker.onerror = () => {
    const failed = [...waiting.values()];
    waiting.clear();
    started = undefined;
    worker.terminate();
    for (const { reject } of failed)
      reject(new Error('The checker of the plan ended; it begins anew with your next key.'));
  };
  return {
    ask: (question) =>
      new Promise((resolve, reject) => {
        last += 1;
        waiting.set(last, { resolve, reject });
        worker.postMessage({ id: last, question });
      }),
  };
}
