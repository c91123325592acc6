import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { ChannelAnswer } from '#contract/channels.ts';
import { StateMark } from '../../kit/state-mark.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { paths } from '../../paths.ts';
import { ChannelTest } from './channel-test.tsx';
import { channelState, missingSecrets, testWords } from './channel-words.ts';
import classes from './settings.module.css';

const origins: Readonly<Record<ChannelAnswer['origin'], string>> = {
  plan: 'bound in the plan',
  installation: 'set up for the whole server',
  'built-in': 'always there',
};

interface ChannelRowProps {
  readonly plan: string;
  readonly channel: ChannelAnswer;
  /** The person of the plan who the reader is. */
  readonly you: string | undefined;
}

/** One channel: what it is set to, how the last messages went, and a test. */
export function ChannelRow({ plan, channel, you }: ChannelRowProps) {
  const { tone, word } = channelState(channel);
  const missing = missingSecrets(channel);
  const { lastAccepted, lastFailed, lastTest } = channel;
  return (
    <li className={classes.channel} data-channel={channel.channel}>
      <div className={classes.channelHead}>
        <div className={classes.what}>
          <h3 className={classes.channelName}>
            {channel.title}
            {channel.channel === channel.kind ? null : <span className={classes.quiet}> {channel.channel}</span>}
          </h3>
          <span className={classes.quiet}>{origins[channel.origin]}</span>
        </div>
        <StateMark tone={tone} word={word} />
      </div>
      {missing.length === 0 ? null : (
        <p className={classes.notice}>
          Its messages wait. Set {missing.join(' and ')} in the environment of Watchbill and start it again:{' '}
          <code>{missing.map((name) => `${name}=…`).join(' ')} npm start</code>
        </p>
      )}
      <div className={classes.channelBody}>
        <dl className={classes.facts}>
          {channel.settings
            .filter(({ value, secret, required }) => value !== undefined || secret !== undefined || required)
            .map(({ name, help, value, secret }) => (
              <Fact key={name} name={name} title={help}>
                {secret === undefined ? (
                  (value ?? 'missing')
                ) : (
                  <>
                    secret {secret.name}, {secret.set ? 'set' : 'not set'}
                  </>
                )}
              </Fact>
            ))}
          <Fact name="Reaches">{reaches(channel)}</Fact>
        </dl>
        <dl className={classes.facts}>
          <Fact name="Last accepted">
            {lastAccepted === undefined ? (
              'none yet'
            ) : (
              <>
                <TimeText at={lastAccepted.at} /> to {lastAccepted.recipient},{' '}
                <Link to={paths.alert(plan, lastAccepted.alert)}>{lastAccepted.alert}</Link>
              </>
            )}
          </Fact>
          <Fact name="Last failed">
            {lastFailed === undefined ? (
              'none'
            ) : (
              <>
                <TimeText at={lastFailed.at} /> to {lastFailed.recipient},{' '}
                <Link to={paths.alert(plan, lastFailed.alert)}>{lastFailed.alert}</Link>
                {lastFailed.problem === undefined ? '' : `: ${lastFailed.problem}`}
              </>
            )}
          </Fact>
          {lastTest === undefined ? null : (
            <Fact name="Last test">
              <TimeText at={lastTest.at} /> by {lastTest.by}. {testWords(lastTest, channel)}
            </Fact>
          )}
        </dl>
      </div>
      <ChannelTest plan={plan} channel={channel} you={you} />
    </li>
  );
}

interface FactProps {
  readonly name: string;
  readonly title?: string;
  readonly children: ReactNode;
}

function Fact({ name, title, children }: FactProps) {
  return (
    <>
      <dt title={title}>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function reaches({ persons, addresses, needsRecipient }: ChannelAnswer): string {
  const all = [...persons, ...addresses];
  if (all.length > 0) return all.join(', ');
  return needsRecipient ? 'nobody yet: no person has an address for it' : 'one place';
}
