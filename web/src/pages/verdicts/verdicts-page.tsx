import type { AssessmentsAnswer } from '#contract/assessments.ts';
import { usePlanName } from '../../api/current-plan.ts';
import { plural } from '../../format/numbers.ts';
import { Page, Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { EmptyState, ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { Findings } from './findings.tsx';
import { useAssessments } from './use-assessments.ts';
import { VerdictTable } from './verdict-table.tsx';
import { verdictsSentence } from './verdict-words.ts';

const EXAMPLE = `assessments:
  data-integrity: { of: [sale-totals, backup, rule links-broken], during: first-week }`;

/** Whether checks found nothing in whole phases, and what they found. */
export function VerdictsPage() {
  const plan = usePlanName();
  const { data, error, refetch } = useAssessments(plan);
  if (data === undefined) {
    return (
      <Page title="Verdicts" state={<> </>}>
        <Section title="Assessments">
          {error === null ? (
            <RowsSkeleton rows={6} />
          ) : (
            <ErrorState error={error} title="The verdicts could not be loaded" onRetry={() => void refetch()} />
          )}
        </Section>
      </Page>
    );
  }
  const { assessments } = data;
  return (
    <Page title="Verdicts" state={<Sentence assessments={assessments} isOld={error !== null} />}>
      {assessments.length === 0 ? (
        <Section title="Assessments">
          <EmptyState title="The plan has no assessments" snippet={EXAMPLE}>
            A probe that passes now says nothing of last week. Name the checks that have to find nothing from the
            beginning of a phase to its end:
          </EmptyState>
        </Section>
      ) : (
        assessments.map((assessment) => (
          <Section
            key={assessment.name}
            title={assessment.name}
            aside={plural(assessment.phases[0]?.checks.length ?? 0, 'check')}
          >
            <VerdictTable plan={plan} assessment={assessment} at={data.at} />
            <Findings plan={plan} assessment={assessment} />
          </Section>
        ))
      )}
    </Page>
  );
}

function Sentence({ assessments, isOld }: { readonly isOld: boolean } & Pick<AssessmentsAnswer, 'assessments'>) {
  if (isOld) return <StateMark tone="warning" word="The server does not answer: this is the last that is known." />;
  if (assessments.length === 0) return <> </>;
  const { tone, word } = verdictsSentence(assessments);
  return <StateMark tone={tone} word={word} />;
}
