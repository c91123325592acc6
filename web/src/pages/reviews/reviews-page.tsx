import { usePlanName } from '../../api/current-plan.ts';
import { useOverview } from '../../api/overview.ts';
import { Chips } from '../../kit/chips.tsx';
import { Page, Section } from '../../kit/page.tsx';
import { useSearchValues } from '../../kit/search-value.ts';
import { StateMark } from '../../kit/state-mark.tsx';
import { EmptyState, ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { ComparisonPanel } from './comparison-panel.tsx';
import { ReviewPanel } from './review-panel.tsx';
import { askedSentence, asks, waitsForSomebody } from './review-words.ts';
import classes from './reviews.module.css';
import { useAsked } from './use-reviews.ts';

const EXAMPLE = `reviews:
  first-sales: { of: sales, first: 20, ask: Is this sale as it was rung up?, by: admin }
comparisons:
  manual-sales: { of: sales, key: invoice, fields: [total], by: admin }
rules:
  sales-misjudged: { when: first-sales wrong or manual-sales differs, severity: urgent }`;

/** What people vouch for: samples that they judge, and lists that they hold against what the system says. */
export function ReviewsPage() {
  const plan = usePlanName();
  const { data: overview, isPending: isReaderUnknown } = useOverview(plan);
  const own = overview?.people.find(({ you }) => you === true)?.name;
  const { data, error, refetch } = useAsked(plan);
  const [search, change] = useSearchValues();
  // Whose page it is decides what stands first.
  if (data === undefined || isReaderUnknown) {
    return (
      <Page title="Reviews" state={<> </>}>
        <Section title="What is asked">
          {error === null ? (
            <RowsSkeleton rows={6} height={48} />
          ) : (
            <ErrorState error={error} title="The reviews could not be loaded" onRetry={() => void refetch()} />
          )}
        </Section>
      </Page>
    );
  }
  const all = [...data.reviews, ...data.comparisons];
  const shown =
    all.find(({ name }) => name === search.show) ??
    all.find((one) => waitsForSomebody(one) && asks(one, own)) ??
    all.find(waitsForSomebody) ??
    all[0];
  if (shown === undefined) {
    return (
      <Page title="Reviews" state={<> </>}>
        <Section title="What is asked">
          <EmptyState title="The plan asks nobody to vouch for anything" snippet={EXAMPLE}>
            Let people look at the first samples of what no check can judge, or hold a list that they keep by hand
            against what the system says. Add them to the plan:
          </EmptyState>
        </Section>
      </Page>
    );
  }
  const { tone, word } = askedSentence(data, own);
  return (
    <Page title="Reviews" state={<StateMark tone={tone} word={word} />}>
      {all.length < 2 ? null : (
        <div className={classes.choices}>
          <Chips
            label="Review or comparison"
            chosen={shown.name}
            choices={all.map((one) => ({
              value: one.name,
              name: one.name,
              count: 'waiting' in one && one.waiting > 0 ? one.waiting : undefined,
            }))}
            onChoose={(name) => change({ show: name })}
          />
        </div>
      )}
      {'first' in shown ? (
        <ReviewPanel key={shown.name} plan={plan} review={shown} />
      ) : (
        <ComparisonPanel key={shown.name} plan={plan} comparison={shown} />
      )}
    </Page>
  );
}
