import { formatAgainst, formatCount, formatThreshold } from '#kernel/format-figure.ts';
import { formatDuration, formatInstant, type Instant } from '#kernel/instant.ts';
import type { GroupKey, Reading } from '#plan/reading.ts';
import type { AlertExplanation, GroupStanding, Note, NotTold, RuleExplanation, SilenceNote, Told } from './explain.ts';
import { foundText, keysText, vouchedLines } from './found-text.ts';
import type { DecisionReason, Evidence } from './model.ts';
import { reasonTexts, reasonWith } from './reasons.ts';
import type { Via } from './via.ts';

/** How instants are written; the command line has the reader's zone, rehearsal its T+ offsets. */
export type WriteInstant = (instant: Instant) => string;

/** An explanation as lines for people, most important first. */
export function explanationLines(
  explanation: AlertExplanation | RuleExplanation,
  write: WriteInstant = formatInstant,
): readonly string[] {
  return explanation.kind === 'alert' ? alertLines(explanation, write) : ruleLines(explanation, write);
}

function alertLines(alert: AlertExplanation, write: WriteInstant): readonly string[] {
  const { resolved } = alert;
  const lines = [
    `${alert.alert} ${alert.rule}${groupText(alert.group)}: ${alert.severity}, ${alert.state}`,
    ...(alert.condition === undefined ? [] : [`  condition: ${alert.condition}`]),
    `  fired ${write(alert.openedAt)} because`,
    ...alert.evidence.map((evidence) => `    ${evidenceText(evidence, write)}`),
  ];
  if (resolved !== undefined) {
    const lasted = formatDuration(resolved.at - alert.openedAt);
    lines.push(`  resolved ${write(resolved.at)} after ${lasted}: ${reasonText(resolved.because)}`);
    lines.push(...resolved.evidence.map((evidence) => `    ${evidenceText(evidence, write)}`));
  }
  const { acknowledged } = alert;
  if (acknowledged !== undefined) {
    lines.push(`  acknowledged ${write(acknowledged.at)} by ${acknowledged.by} (${VIAS[acknowledged.via]})`);
  }
  for (const note of alert.notes) lines.push(`  ${noteText(note, write)}`);
  lines.push(alert.told.length === 0 ? '  told: nobody' : '  told:');
  for (const told of alert.told) lines.push(...toldLines(told, write));
  if (alert.notTold.length > 0) lines.push('  not told:');
  for (const refusal of alert.notTold) lines.push(`    ${notToldText(refusal, write)}`);
  return lines;
}

function toldLines(told: Told, write: WriteInstant): readonly string[] {
  const via = told.via === undefined ? '' : ` (as ${told.via})`;
  const cycle = told.step === 'repeated' ? ` ${told.cycle}` : '';
  // An address names its channel itself.
  const by = told.recipient.endsWith(`:${told.channel}`) ? '' : ` by ${told.channel}`;
  const head = `    ${write(told.at)} ${told.recipient}${by}${via}: ${told.step}${cycle}, ${reasonText(told.reason)}`;
  if (told.attempts.length === 0) return [head, '      waits to be sent'];
  return [
    head,
    ...told.attempts.map(({ at, result, reason, problem }, place) => {
      const because = problem === undefined ? '' : `: ${problem}`;
      return `      attempt ${place + 1} ${write(at)} ${result}, ${reasonText(reason)}${because}`;
    }),
  ];
}

function notToldText(refusal: NotTold, write: WriteInstant): string {
  const by = refusal.by.length === 0 ? '' : ` (${refusal.by.join(', ')})`;
  const silence = refusal.silence === undefined ? '' : silenceText(refusal.silence, write);
  return `${write(refusal.at)} ${refusal.step}: ${reasonWith(refusal.reason, refusal.service)}${by}${silence}`;
}

/** By what somebody acknowledged, as one says it. */
const VIAS: Readonly<Record<Via, string>> = {
  web: 'in the web app',
  link: 'by the link in a message',
  api: 'by the API',
  cli: 'on the command line',
};

function noteText({ at, kind, reason, silence, by }: Note, write: WriteInstant): string {
  const head = `${write(at)} ${kind}: ${reasonText(reason)}`;
  if (silence !== undefined)
    return `${head} (${silence.silence}${by === undefined ? '' : `, ${by}`})${silenceText(silence, write)}`;
  return by === undefined ? head : `${head} (${by})`;
}

/** ` by mia until …: moving the database`. */
function silenceText({ by, until, why }: SilenceNote, write: WriteInstant): string {
  const who = by === undefined ? '' : ` by ${by}`;
  const end = until === undefined ? '' : ` until ${write(until)}`;
  return `${who}${end}${why === undefined ? '' : `: ${why}`}`;
}

function ruleLines(rule: RuleExplanation, write: WriteInstant): readonly string[] {
  const phase = rule.phase === undefined ? '' : ` in phase ${rule.phase}`;
  const lines = [`${rule.rule}: ${rule.state}${phase}`, `  condition: ${rule.condition}`];
  if (rule.silentSince !== undefined) {
    lines.push(`  not evaluated since ${write(rule.silentSince)}: ${reasonText('executor-silent')}`);
  }
  if (rule.state === 'judged' && rule.groups.length === 0) lines.push('  no group is known yet');
  for (const group of rule.groups) {
    lines.push(`  ${standingText(group, write)}`);
    lines.push(...group.evidence.map((evidence) => `    ${evidenceText(evidence, write)}`));
    if (group.evidence.length === 0) lines.push('    nothing has been said of its tests yet');
  }
  return lines;
}

function standingText(group: GroupStanding, write: WriteInstant): string {
  const since = group.since === undefined ? '' : ` since ${write(group.since)}`;
  const due = group.dueAt === undefined ? '' : `, due ${write(group.dueAt)}`;
  const alert = group.alert === undefined ? '' : `, ${group.alert}${group.told === true ? ' told' : ' not told'}`;
  const { acknowledged, silences, needsDown } = group;
  const taken = acknowledged === undefined ? '' : `, acknowledged by ${acknowledged.by} ${write(acknowledged.at)}`;
  const quiet = silences
    .map(
      ({ key, by, until, reason }) =>
        `, silenced (${key})${silenceText({ silence: key, by, until, why: reason }, write)}`,
    )
    .join('');
  const down =
    needsDown === undefined ? '' : `, kept quiet while ${needsDown.service} is down (${needsDown.by.join(', ')})`;
  return `${group.state}${groupText(group.group)}${since}${due}${alert}${taken}${quiet}${down}`;
}

/** `error_rate > 5%: true, 8% of 50 against 5%, since …`. */
export function evidenceText(evidence: Evidence, write: WriteInstant = formatInstant): string {
  const found = foundText(evidence, write);
  if (found !== undefined) return `${evidence.text}: ${evidence.truth}, ${found}`;
  const against = evidence.against.map((value) => formatThreshold(value, evidence.unit)).join(' and ');
  const held = against === '' ? '' : `, against ${against}`;
  const since = evidence.since === undefined ? '' : `, since ${write(evidence.since)}`;
  const keys = keysText(evidence.found);
  const named = keys === undefined ? '' : `: ${keys}`;
  return `${evidence.text}: ${evidence.truth}, ${readingText(evidence.reading, evidence.unit, evidence.against)}${held}${since}${named}`;
}

/** The same, with each thing that people found on a line of its own. */
export function evidenceLines(evidence: Evidence, write: WriteInstant = formatInstant): readonly string[] {
  const { text, truth, reading, vouched } = evidence;
  if (vouched === undefined) return [evidenceText(evidence, write)];
  const [head, ...found] = vouchedLines(vouched, reading, write);
  return [`${text}: ${truth}, ${head}`, ...found];
}

/** A reading with its sample size, or the reason why there is none. */
export function readingText(reading: Reading, unit: string, against: readonly number[] = []): string {
  switch (reading.state) {
    case 'value':
      return `${formatAgainst(reading.value, against, unit)} of ${formatCount(reading.sampleSize)}${reading.fullAt === undefined ? '' : ' so far'}`;
    case 'too few':
      return `too few: ${formatCount(reading.sampleSize)} of ${formatCount(reading.needed)} needed (would be ${formatAgainst(reading.value, against, unit)})`;
    case 'no data':
      return `no data: ${reading.reason}`;
  }
}

/** ` /orders, 500`; empty for an ungrouped figure. */
export function groupText(group: GroupKey): string {
  const values = JSON.parse(group) as readonly unknown[];
  return values.length === 0 ? '' : ` ${values.join(', ')}`;
}

/** A reason in words; the names themselves are what is stored. */
export function reasonText(reason: DecisionReason): string {
  return reasonTexts[reason];
}
