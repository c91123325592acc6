import { Button, Modal, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api } from '../../api/client.ts';
import { useLive } from '../../api/live.tsx';
import { useOverview } from '../../api/overview.ts';
import { useMay } from '../../api/session.ts';
import { formatMoment, formatSpan } from '../../format/times.ts';
import { Chips } from '../../kit/chips.tsx';
import { useNow } from '../../kit/now.ts';
import { describeFailure } from '../../kit/states.tsx';
import classes from './alerts.module.css';
import { fieldInstant, fieldValue, silenceEnds } from './silence-words.ts';

const DAY = 24 * 3_600_000;

interface SilenceDialogProps {
  readonly plan: string;
  /** The alert that it is opened for; without one the rule is chosen. */
  readonly about: { readonly rule: string; readonly group: readonly string[] } | undefined;
  readonly onClose: () => void;
}

/** Asks what is silenced, until when, and why. Nobody is told of it in that time; it goes on being judged. */
export function SilenceDialog({ plan, about, onClose }: SilenceDialogProps) {
  const { data: overview } = useOverview(plan);
  // By the server's clock, which the silence will end by; the browser's may be an hour off.
  const offset = useLive((snapshot) => snapshot.clockOffsetMs);
  const now = useNow(30_000) + offset;
  const [opened] = useState(() => Date.now() + offset);
  const ends = silenceEnds(opened);
  const mayLonger = useMay('edit', plan);
  const [scope, setScope] = useState<'group' | 'rule' | 'all'>(
    about === undefined ? 'rule' : about.group.length > 0 ? 'group' : 'rule',
  );
  const [rule, setRule] = useState(about?.rule ?? '');
  const [end, setEnd] = useState<string>('1 h');
  const [own, setOwn] = useState(() => fieldValue(opened + 2 * 3_600_000));
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const client = useQueryClient();

  const until = end === 'other' ? fieldInstant(own) : ends.find(({ name }) => name === end)?.until;
  const forMs = until === undefined ? 0 : until - now;
  const problem =
    until === undefined || forMs < 1_000
      ? 'Choose an end that lies ahead.'
      : forMs > DAY + 60_000 && !mayLonger
        ? 'For longer than 24 hours it takes somebody who may edit the plan.'
        : undefined;
  const missing = { rule: scope !== 'all' && rule === '', reason: reason.trim() === '' };

  const silence = useMutation({
    mutationFn: () =>
      api.post('/plans/{plan}/silences', {
        params: { plan },
        body: {
          ...(scope === 'all' ? {} : { rule }),
          ...(scope === 'group' && about !== undefined ? { group: [...about.group] } : {}),
          // As long as it was meant when the dialog was filled in, and at most what may be asked for.
          forMs: Math.round(Math.min((until ?? 0) - Date.now() - offset, mayLonger ? 366 * DAY : DAY)),
          reason: reason.trim(),
        },
      }),
    onSuccess: async () => {
      onClose();
      await Promise.all([
        client.invalidateQueries({ queryKey: ['alerts', plan] }),
        client.invalidateQueries({ queryKey: ['alert', plan] }),
        client.invalidateQueries({ queryKey: ['silences', plan] }),
      ]);
    },
  });

  function submit(event: FormEvent): void {
    event.preventDefault();
    setTried(true);
    if (problem === undefined && !missing.rule && !missing.reason) silence.mutate();
  }

  const scopes = [
    ...(about !== undefined && about.group.length > 0
      ? [{ value: 'group' as const, name: `${about.rule} (${about.group.join(', ')})` }]
      : []),
    {
      value: 'rule' as const,
      name: about === undefined ? 'One rule' : about.group.length > 0 ? `All of ${about.rule}` : about.rule,
    },
    { value: 'all' as const, name: 'Every rule of the plan' },
  ];
  return (
    <Modal
      opened
      onClose={onClose}
      title="Silence"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
      transitionProps={{ duration: 0 }}
    >
      <form className={classes.form} onSubmit={submit} noValidate>
        <p className={classes.formText}>
          Nobody is told while it lasts. Rules go on being judged, alerts still open and stand on this page.
        </p>
        <div>
          <span className={classes.formLabel}>What</span>
          <Chips label="What is silenced" choices={scopes} chosen={scope} onChoose={setScope} />
          {about === undefined && scope === 'rule' ? (
            <label className={classes.ruleChoice}>
              <span className="wb-spoken">Rule</span>
              <select
                value={rule}
                onChange={(event) => setRule(event.currentTarget.value)}
                aria-invalid={tried && missing.rule}
              >
                <option value="">Choose a rule</option>
                {(overview?.rules ?? []).map(({ name }) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
              </select>
              {tried && missing.rule ? <span className={classes.problem}>Choose the rule.</span> : null}
            </label>
          ) : null}
        </div>
        <div>
          <span className={classes.formLabel}>Until</span>
          <Chips
            label="Until when"
            choices={[...ends.map(({ name }) => ({ value: name, name })), { value: 'other', name: 'another time' }]}
            chosen={end}
            onChoose={setEnd}
          />
          {end === 'other' ? (
            <label className={classes.ruleChoice}>
              <span className="wb-spoken">End</span>
              <input
                type="datetime-local"
                value={own}
                min={fieldValue(now)}
                onChange={(event) => setOwn(event.currentTarget.value)}
              />
            </label>
          ) : null}
          <p className={problem === undefined ? classes.formText : classes.problem} aria-live="polite">
            {problem ?? `Ends ${formatMoment(until ?? 0, now)}, in ${formatSpan(forMs)}.`}
          </p>
        </div>
        <Textarea
          label="Why"
          description="Everybody who wonders why nobody was told reads this."
          placeholder="Deploying the new checkout; errors are expected"
          required
          autosize
          minRows={2}
          maxLength={500}
          data-autofocus
          value={reason}
          error={tried && missing.reason ? 'Say why: it is required.' : undefined}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {silence.error === null ? null : (
          <p className={classes.problem} role="alert">
            {describeFailure(silence.error).message} {describeFailure(silence.error).hint}
          </p>
        )}
        <div className={classes.formActions}>
          <Button type="submit" loading={silence.isPending}>
            Silence
          </Button>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
        </div>
      </form>
    </Modal>
  );
}
