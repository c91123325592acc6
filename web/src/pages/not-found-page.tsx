import { Link } from '@tanstack/react-router';
import { paths } from '../paths.ts';
import { EntryCard } from './sign-in/entry-card.tsx';

/** An address that no page has. */
export function NotFoundPage() {
  return (
    <EntryCard title="There is no such page">
      <p>The address may be misspelt, or what it named is gone.</p>
      <Link to={paths.home()}>Go to mission control</Link>
    </EntryCard>
  );
}
