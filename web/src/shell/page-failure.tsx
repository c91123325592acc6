import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { ErrorState } from '../kit/states.tsx';

/** A page that broke while it was drawn, or whose code could not be fetched. The rest of the app goes on. */
export function PageFailure({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const tryAgain = (): void => {
    reset();
    void router.invalidate();
  };
  return <ErrorState error={error} title="This page could not be shown" onRetry={tryAgain} />;
}
