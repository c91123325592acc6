import { useEffect, useState } from 'react';
import { startLanguage } from './language.ts';
import type { CheckAnswer, TextFile } from './protocol.ts';

/** A pause in typing, after which all of it is checked. */
const PAUSE_MS = 150;

export interface Checked extends CheckAnswer {
  /** The very files that it is about. */
  readonly files: readonly TextFile[];
}

/** What the compiler says about the files, a moment after each change; undefined until it has said something. Throws when it cannot run. */
export function useCheck(files: readonly TextFile[] | undefined): Checked | undefined {
  const [checked, setChecked] = useState<Checked>();
  const [broken, setBroken] = useState<Error>();
  // A page without its compiler would call every text sound: the page's failure is shown instead.
  if (broken !== undefined) throw broken;
  useEffect(() => {
    if (files === undefined) return;
    let isOld = false;
    const timer = setTimeout(() => {
      startLanguage()
        .ask({ kind: 'check', files })
        .then(
          (answer) => {
            if (!isOld) setChecked({ ...answer, files });
          },
          (error: Error) => {
            if (!isOld) setBroken(error);
          },
        );
    }, PAUSE_MS);
    return () => {
      isOld = true;
      clearTimeout(timer);
    };
  }, [files]);
  return checked;
}
