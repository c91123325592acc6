import { Code } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ChannelAnswer } from '#contract/channels.ts';
import { useMay } from '../../api/session.ts';
import { CopyButton } from '../../kit/copy-button.tsx';
import { Section } from '../../kit/page.tsx';
import { paths } from '../../paths.ts';
import { channelKinds, secretsOf } from './channel-kinds.ts';
import classes from './settings.module.css';

interface MoreChannelsProps {
  readonly plan: string;
  readonly channels: readonly ChannelAnswer[];
}

/** The kinds of channels that the plan does not have yet, each with the lines that add it. */
export function MoreChannels({ plan, channels }: MoreChannelsProps) {
  const mayEdit = useMay('edit', plan);
  const missing = channelKinds.filter(({ kind }) => !channels.some((channel) => channel.kind === kind));
  if (missing.length === 0) return null;
  return (
    <Section title="What the plan could have besides">
      {missing.map((spec) => {
        const secrets = secretsOf(spec);
        return (
          <details key={spec.kind} className={classes.more} data-kind={spec.kind}>
            <summary>
              <span className={classes.name}>{spec.title}</span>
              <span className={classes.quiet}>{spec.summary}</span>
            </summary>
            <div className={classes.moreBody}>
              <p className={classes.text}>
                {mayEdit ? (
                  <>
                    Put these lines into <Link to={paths.plan(plan)}>the plan</Link>, with your own names, and apply it.
                  </>
                ) : (
                  'Whoever may edit the plan puts these lines into it, with your own names.'
                )}{' '}
                {secrets.length === 0
                  ? ''
                  : `Before that, set ${secrets.join(' and ')} in the environment of Watchbill and start it again; no secret stands in a plan.`}
              </p>
              <Code block tabIndex={0} aria-label={`Lines of a plan with ${spec.title}`}>
                {spec.example}
              </Code>
              <div>
                <CopyButton what={`lines for ${spec.title}`} value={spec.example} />
              </div>
              <dl className={classes.facts}>
                {spec.fields.map(({ name, help, required }) => (
                  <FieldOf key={name} name={name} help={help} required={required} />
                ))}
              </dl>
            </div>
          </details>
        );
      })}
    </Section>
  );
}

interface FieldOfProps {
  readonly name: string;
  readonly help: string;
  readonly required: boolean;
}

function FieldOf({ name, help, required }: FieldOfProps) {
  return (
    <>
      <dt>
        <code>{name}</code>
        {required ? '' : ' (may be left out)'}
      </dt>
      <dd>{help.replaceAll('`', '')}</dd>
    </>
  );
}
