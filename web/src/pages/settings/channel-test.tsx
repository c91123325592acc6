import { Button, NativeSelect } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ChannelAnswer } from '#contract/channels.ts';
import { ApiFailure } from '#contract/client.ts';
import { api } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { StateMark } from '../../kit/state-mark.tsx';
import { describeFailure } from '../../kit/states.tsx';
import { channelKinds } from './channel-kinds.ts';
import { testWords } from './channel-words.ts';
import classes from './settings.module.css';

interface ChannelTestProps {
  readonly plan: string;
  readonly channel: ChannelAnswer;
  readonly you: string | undefined;
}

/** Sends one message that is marked as a test and says at once what became of it. Nothing for who may not, or where it reaches nobody. */
export function ChannelTest({ plan, channel, you }: ChannelTestProps) {
  const mayAdminister = useMay('administer', plan);
  const client = useQueryClient();
  const places = channelKinds.find(({ kind }) => kind === channel.kind)?.reaches.addresses === 'places';
  const toMe = you !== undefined && channel.persons.includes(you);
  const recipients = mayAdminister
    ? [...channel.persons, ...(places ? channel.addresses : [])].map((name) => ({
        value: name,
        label: name === you ? `${name} (you)` : name,
      }))
    : [];
  const toItsPlace = mayAdminister && !channel.needsRecipient;
  const choices = toItsPlace ? [{ value: '', label: 'its own place' }, ...recipients] : recipients;
  const [wanted, setWanted] = useState<string>();
  const recipient = wanted ?? (toMe ? you : choices[0]?.value);
  const send = useMutation({
    mutationFn: () => {
      const params = { plan, channel: channel.channel };
      if (!mayAdminister) return api.post('/plans/{plan}/channels/{channel}/test-to-me', { params, body: {} });
      const body = recipient === undefined || recipient === '' ? {} : { recipient };
      return api.post('/plans/{plan}/channels/{channel}/test', { params, body });
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['channels', plan] }),
  });
  if (choices.length === 0 && !toMe) return null;
  const isChosen = choices.length > 1 || (choices.length === 1 && !toItsPlace);
  return (
    <div className={classes.test}>
      {isChosen ? (
        <NativeSelect
          size="sm"
          aria-label={`To whom the test of ${channel.title} goes`}
          data={choices}
          value={recipient ?? ''}
          onChange={(event) => {
            setWanted(event.currentTarget.value);
            send.reset();
          }}
        />
      ) : null}
      <Button size="sm" variant="default" loading={send.isPending} onClick={() => send.mutate()}>
        {choices.length === 0 ? 'Send a test to me' : 'Send a test'}
        <span className="wb-spoken"> by {channel.title}</span>
      </Button>
      <div className={classes.testResult} role="status">
        {send.data === undefined ? null : (
          <>
            <StateMark
              tone={send.data.accepted ? 'good' : 'critical'}
              word={send.data.accepted ? 'accepted' : 'failed'}
            />{' '}
            {testWords(send.data, channel)}
          </>
        )}
        {send.error === null ? null : <TestFailure error={send.error} />}
      </div>
    </div>
  );
}

function TestFailure({ error }: { readonly error: Error }) {
  const { message, hint } = describeFailure(error);
  const often = error instanceof ApiFailure && error.code === 'too-many-requests';
  return (
    <>
      <StateMark tone="warning" word="not sent" /> {message}{' '}
      {often ? 'Five tests a minute are sent; try again in a minute.' : hint}
    </>
  );
}
