import { Link } from '@tanstack/react-router';
import { EmptyState } from '../kit/states.tsx';
import { paths } from '../paths.ts';

/** An address that no page has. */
export function NotFoundPage() {
  return (
    <EmptyState title="There is no such page" action={<Link to={paths.home()}>Go to mission control</Link>}>
      The address may be misspelt, or what it named is gone.
    </EmptyState>
  );
}
