import { Button } from '@mantine/core';
import type { ApplyAnswer } from '#contract/plans.ts';
import { Section } from '../../kit/page.tsx';
import type { TextFile } from '../../plan-language/protocol.ts';
import { Comparison } from './comparison.tsx';
import classes from './plan.module.css';

interface PreviewProps {
  readonly answer: ApplyAnswer;
  readonly before: readonly TextFile[];
  readonly after: readonly TextFile[];
  readonly applying: boolean;
  readonly onApply: () => void;
  readonly onClose: () => void;
}

/** What applying would do to what runs, and what changes in the text. */
export function Preview({ answer, before, after, applying, onApply, onClose }: PreviewProps) {
  const { effects, changed, version } = answer;
  return (
    <Section title={changed ? `What version ${version} would do` : 'Nothing would happen'}>
      <div className={classes.stack} data-preview="">
        {!changed ? (
          <p className={classes.quiet}>The plan runs this text already, as version {version}.</p>
        ) : effects.length === 0 ? (
          <p className={classes.quiet}>Nothing that runs is touched: no alert, no window, no rule.</p>
        ) : (
          <ul className={classes.effects}>
            {effects.map((effect) => (
              <li key={effect}>{effect}</li>
            ))}
          </ul>
        )}
        <div className={classes.buttons}>
          {changed ? (
            <Button onClick={onApply} loading={applying}>
              Apply as version {version}
            </Button>
          ) : null}
          <Button variant="default" onClick={onClose} disabled={applying}>
            Go on writing
          </Button>
        </div>
        <Comparison before={before} after={after} same="The text is as it was." />
      </div>
    </Section>
  );
}
