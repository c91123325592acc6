import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { LiveAlert } from '#contract/live.ts';
import type { OverviewAnswer, RuleAnswer, SignalAnswer } from '#contract/overview.ts';
import type { RuleExplanation } from '#core/explain.ts';
import type { Evidence } from '#core/model.ts';
import { api } from '../../api/client.ts';
import { useLive } from '../../api/live.tsx';
import { Section } from '../../kit/page.tsx';
import { Explanation, ReasonPanel } from '../../kit/reason-panel.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { alertTone, type ToneAndWord } from '../../kit/tone.ts';
import { paths } from '../../paths.ts';
import { distanceOf, liveReadingOf } from './rule-distance.ts';
import classes from './signal.module.css';

/** A rule's tests are asked for again this often; its state comes live. */
const REFRESH_MS = 5_000;
const GROUPS_SHOWN = 3;

interface SignalRulesProps {
  readonly plan: string;
  readonly signal: SignalAnswer;
  readonly overview: OverviewAnswer | undefined;
}

/** The rules that read a signal: how each stands, and how far it is from firing. */
export function SignalRules({ plan, signal, overview }: SignalRulesProps) {
  return (
    <Section title="Rules that read it" aside={signal.rules.length === 0 ? undefined : String(signal.rules.length)}>
      {signal.rules.length === 0 ? (
        <p className={classes.quiet}>None: nobody is told when it goes wrong. A rule in the plan changes that.</p>
      ) : (
        <ul className={classes.rules}>
          {signal.rules.map((rule) => (
            <RuleRow key={rule} plan={plan} name={rule} rule={overview?.rules.find(({ name }) => name === rule)} />
          ))}
        </ul>
      )}
    </Section>
  );
}

interface RuleRowProps {
  readonly plan: string;
  readonly name: string;
  readonly rule: RuleAnswer | undefined;
}

function RuleRow({ plan, name, rule }: RuleRowProps) {
  const all = useLive((snapshot) => snapshot.alerts);
  const alerts = all.filter((one) => one.rule === name && one.state !== 'resolved');
  const alert = alerts.find(({ state }) => state === 'firing') ?? alerts[0];
  const state = ruleState(alert, rule);
  return (
    <li className={classes.rule} data-rule={name}>
      <div className={classes.ruleHead}>
        <span className={classes.ruleName}>
          {alert?.alert === undefined ? (
            name
          ) : (
            <Link
              className="wb-alone"
              to={paths.alert(plan, alert.alert)}
            >{`${name} (${alert.alert}${alerts.length > 1 ? ` and ${alerts.length - 1} more` : ''})`}</Link>
          )}
        </span>
        <span className={classes.quiet}>{rule?.severity ?? ''}</span>
        <ReasonPanel
          label={`${name}: ${state.word}. Why?`}
          title={`Why: ${name}`}
          content={() => <Explanation plan={plan} subject={name} />}
        >
          <StateMark tone={state.tone} word={state.word} />
        </ReasonPanel>
      </div>
      {rule === undefined ? null : <code className={classes.condition}>{rule.text}</code>}
      <Tests plan={plan} name={name} />
    </li>
  );
}

function ruleState(alert: LiveAlert | undefined, rule: RuleAnswer | undefined): ToneAndWord {
  if (alert !== undefined) return alertTone(alert);
  if (rule?.enabled === false) return { tone: 'none', word: 'switched off' };
  if (rule !== undefined && rule.severity === undefined) return { tone: 'none', word: 'asleep in this phase' };
  return { tone: 'good', word: 'quiet' };
}

/** Each test of the rule with what it reads now and how far it is. */
function Tests({ plan, name }: { readonly plan: string; readonly name: string }) {
  const { data } = useQuery({
    queryKey: ['rule-standing', plan, name],
    queryFn: async ({ signal }) => {
      const { explanation } = await api.get('/plans/{plan}/explain/{subject}', {
        params: { plan, subject: name },
        signal,
      });
      return (explanation ?? null) as RuleExplanation | null;
    },
    refetchInterval: REFRESH_MS,
  });
  if (data === undefined || data === null || data.kind !== 'rule') return null;
  const rows = data.groups.flatMap(({ group, evidence }) => {
    const values = (JSON.parse(group) as readonly unknown[]).map(String);
    return evidence.map((one) => ({ group: values, evidence: one }));
  });
  // Of many groups those in which it is met come first.
  const order = rows.toSorted(
    (left, right) => Number(right.evidence.truth === 'true') - Number(left.evidence.truth === 'true'),
  );
  return (
    <ul className={classes.tests}>
      {order.slice(0, GROUPS_SHOWN).map(({ group, evidence }) => (
        <TestRow key={`${group.join(' ')} ${evidence.test}`} group={group} evidence={evidence} />
      ))}
      {order.length > GROUPS_SHOWN ? (
        <li className={classes.quiet}>{order.length - GROUPS_SHOWN} more behind its state</li>
      ) : null}
    </ul>
  );
}

function TestRow({ group, evidence }: { readonly group: readonly string[]; readonly evidence: Evidence }) {
  const live = useLive((snapshot) => liveReadingOf(evidence, group, snapshot.signals));
  const { text, met, value, samples, away } = distanceOf(evidence, live);
  return (
    <li>
      <span className={classes.testText}>
        {text}
        {group.length === 0 ? '' : ` (${group.join(', ')})`}
      </span>
      <span>
        {value} <span className={classes.quiet}>{samples}</span>
      </span>
      <span className={classes.quiet}>
        {met === true ? 'met' : (away ?? (met === undefined ? 'cannot be judged' : 'not met'))}
      </span>
    </li>
  );
}
