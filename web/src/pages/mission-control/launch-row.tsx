import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { ConfirmDialog } from '../../kit/confirm-dialog.tsx';
import classes from './mission-control.module.css';

/** A plan that waits for its launch: who may says "now", once, and is asked before. */
export function LaunchRow({ plan, version }: { readonly plan: string; readonly version: number }) {
  const may = useMay('edit', plan);
  const [asked, setAsked] = useState(false);
  const launch = useMutation({
    mutationFn: () => api.post('/plans/{plan}/launch', { params: { plan }, body: { expectedVersion: version } }),
    onSuccess: () => setAsked(false),
  });
  return (
    <div className={classes.rowHead}>
      <span className={classes.rowTitle}>The plan waits for its launch</span>
      {may ? (
        <Button size="compact-sm" className={classes.act} onClick={() => setAsked(true)}>
          Launch…
        </Button>
      ) : null}
      {asked ? (
        <ConfirmDialog
          title="Launch now?"
          confirm="Launch"
          pending={launch.isPending}
          error={launch.error}
          onConfirm={() => launch.mutate()}
          onClose={() => setAsked(false)}
        >
          T+0 is now: the first phase begins, with its thresholds and rules. It happens once and cannot be undone.
        </ConfirmDialog>
      ) : null}
    </div>
  );
}
