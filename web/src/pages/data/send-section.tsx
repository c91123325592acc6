import type { UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';
import type { RejectionsAnswer } from '#contract/data.ts';
import { useMay } from '../../api/session.ts';
import { Chips } from '../../kit/chips.tsx';
import { CopyButton } from '../../kit/copy-button.tsx';
import { Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { useHeartbeats } from '../probes/use-probes.ts';
import classes from './data.module.css';
import { Keys, type MadeKey } from './keys.tsx';
import {
  type ExampleEvent,
  firstWayOf,
  keyKindOf,
  keyPlaceOf,
  type SnippetKind,
  senderUrl,
  snippet,
  snippetKinds,
  snippetPurposes,
} from './snippets.ts';

interface SendSectionProps {
  readonly plan: string;
  readonly rejections: UseQueryResult<RejectionsAnswer>;
  readonly event: ExampleEvent;
  /** Nothing has come yet: the section says how it begins. */
  readonly first: boolean;
}

/** How to send: a key, and snippets that work as they are. */
export function SendSection({ plan, rejections, event, first }: SendSectionProps) {
  const mayMakeKeys = useMay('administer', plan);
  const [made, setMade] = useState<MadeKey>();
  const [kind, setKind] = useState<SnippetKind>('curl');
  const intakeUrl = rejections.data?.intakeUrl;
  const url = intakeUrl === undefined ? undefined : senderUrl(intakeUrl, window.location.hostname);
  const { data: heartbeats } = useHeartbeats(plan);
  const key = made?.kind === keyKindOf(kind) ? made.key : undefined;
  const text = url === undefined ? undefined : snippet(kind, { url, key, event, job: heartbeats?.heartbeats[0]?.name });
  const keep = (fresh: MadeKey | undefined): void => {
    setMade(fresh);
    // What was just made is what is pasted next.
    if (fresh !== undefined && fresh.kind !== keyKindOf(kind)) setKind(firstWayOf(fresh.kind));
  };
  return (
    <Section
      title={first ? 'Send the first event' : 'Send events'}
      aside={first ? <StateMark tone="none" word="waiting for the first event" /> : undefined}
    >
      {first ? (
        <p className={classes.text}>
          Make a key, paste the snippet, and this page turns live as soon as the event is here, usually within 3
          seconds.
        </p>
      ) : null}
      {mayMakeKeys ? (
        <Keys plan={plan} url={url} made={made} onMade={keep} />
      ) : (
        <p className={classes.text}>Keys are made by admins of the plan. With one, send like this:</p>
      )}
      <div className={classes.snippetHead}>
        <Chips<SnippetKind>
          label="Way to send"
          chosen={kind}
          choices={(Object.keys(snippetKinds) as SnippetKind[]).map((value) => ({ value, name: snippetKinds[value] }))}
          onChoose={setKind}
        />
        {text === undefined ? null : <CopyButton key={text} what="Snippet" value={text} />}
      </div>
      <pre className={classes.snippet} data-snippet={kind}>
        {text ?? ' '}
      </pre>
      <p className={classes.quiet}>
        {snippetPurposes[kind]} {key === undefined ? keyPlaceOf(kind) : 'It has the new key in it.'}
      </p>
    </Section>
  );
}
