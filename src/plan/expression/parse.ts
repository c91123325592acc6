import { limits } from '#kernel/limits.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import type * as ast from './ast.ts';
import type * as conditionAst from './condition-ast.ts';
import { diagnose } from './diagnose.ts';
import { SyntaxError as ParserError, parse, type Sentences } from './parser.js';
import type { ExpressionProblem } from './problem.ts';
import { refuseBands, refuseCondition, refuseStepTargets } from './refuse.ts';
import { maskText } from './sentence.ts';
import type * as timeAst from './time-ast.ts';

/** A sentence as a tree, or what is wrong with it. Nothing here throws for what the text holds. */
export type Parsed<Node> = Result<Node, ExpressionProblem>;

/** `share(requests where status >= 500) over 5m, at least 20`. */
export function parseSignal(text: string): Parsed<ast.Signal> {
  return read('SignalSentence', text);
}

/** `error_rate > 5% for 5 minutes`. */
export function parseCondition(text: string): Parsed<conditionAst.Condition> {
  return checked(read('ConditionSentence', text), refuseCondition);
}

/** A gate's criterion: a condition, perhaps with `every day`, `worst` or `total` before it. */
export function parseCriterion(text: string): Parsed<conditionAst.Criterion> {
  return checked(read('CriterionSentence', text), (criterion) => refuseCondition(criterion.condition));
}

/** `target < 0.5%, warning > 1%, critical > 5%`. */
export function parseBands(text: string): Parsed<ast.Bands> {
  return checked(read('BandsSentence', text), refuseBands);
}

/** A bare comparison, as a table's cell has it: `< 0.5%`, `between 1% and 5%`, `unset`. */
export function parseOperatorValue(text: string): Parsed<ast.Bound> {
  return read('BoundSentence', text);
}

/** A funnel step's cell: `>= 90% of joined, >= 90`. A percentage must say what it is of. */
export function parseStepTargets(text: string): Parsed<ast.StepTargets> {
  return checked(read('StepTargetsSentence', text), refuseStepTargets);
}

/** `events "order" once per order_id with amount in $`. */
export function parseSource(text: string): Parsed<ast.Source> {
  return read('SourceSentence', text);
}

/** `T+0 .. T+24h`, `days 1 to 3`, `workdays 09:00 .. 17:00`. */
export function parseSpan(text: string): Parsed<timeAst.TimeSpan> {
  return read('SpanSentence', text);
}

/** `every 15m`, `daily at 09:00, 17:00`, `monthly on the last day at 09:00`, `when …`. */
export function parseCadence(text: string): Parsed<timeAst.Cadence> {
  return read('CadenceSentence', text);
}

/** `every 15m` alone. */
export function parseInterval(text: string): Parsed<Sentences['IntervalSentence']> {
  return read('IntervalSentence', text);
}

/** `mia by sms and email`, `slack:#engineering`, `on-call in business hours`. */
export function parseRecipient(text: string): Parsed<ast.Recipient> {
  return read('RecipientSentence', text);
}

/** Recipients with commas between them, or bare names with `and`. */
export function parseRecipients(text: string): Parsed<ast.Recipients> {
  return read('RecipientsSentence', text);
}

/** `after 15m without answer page secondary`. */
export function parseEscalationStep(text: string): Parsed<ast.EscalationStep> {
  return read('EscalationStepSentence', text);
}

/** A whole item on one line, `Web app loads: web passing` or plain text. */
export function parseItem(text: string): Parsed<ast.Item> {
  return checked(read('ItemSentence', text), (item) => refuseFiller(item.filler));
}

/** What stands after an item's colon, for items that YAML has already split. */
export function parseFiller(text: string): Parsed<ast.Filler> {
  return checked(read('FillerSentence', text), refuseFiller);
}

/** `5m`, `5 minutes`. */
export function parseDuration(text: string): Parsed<ast.Duration> {
  return read('DurationSentence', text);
}

/** A severity's clock: `15m`, `4 business hours`, `24h after resolved`, `now`. */
export function parseClockSla(text: string): Parsed<timeAst.ClockSla> {
  return read('ClockSlaSentence', text);
}

/** `0.5%`, `500ms`, `$200`, `5 points`, `100/min`. */
export function parseQuantity(text: string): Parsed<ast.Quantity> {
  return read('QuantitySentence', text);
}

/** What stands after `where`. */
export function parsePredicate(text: string): Parsed<ast.Predicate> {
  return read('PredicateSentence', text);
}

/** `%`, `ms`, `$`, `/min`, `stars`. */
export function parseUnit(text: string): Parsed<ast.Unit> {
  return read('UnitSentence', text);
}

function refuseFiller(filler: ast.Filler | undefined): ExpressionProblem | undefined {
  return filler?.kind === 'condition' ? refuseCondition(filler.condition) : undefined;
}

function checked<Node>(parsed: Parsed<Node>, refuse: (node: Node) => ExpressionProblem | undefined): Parsed<Node> {
  if (!parsed.ok) return parsed;
  const problem = refuse(parsed.value);
  return problem === undefined ? parsed : fail(problem);
}

function read<Rule extends keyof Sentences>(rule: Rule, text: string): Parsed<Sentences[Rule]> {
  const oversized = refuseSize(text);
  if (oversized !== undefined) return fail(oversized);
  const first = attempt(rule, text);
  if (first.ok) return first;
  // Where only a space is missing at the end, the reader wants to know what would stand after it.
  const isCutShort = first.failure.location.start.offset >= text.length && isOnlySpace(first.failure);
  const second = isCutShort ? attempt(rule, `${text} `) : first;
  return fail(diagnose(rule, text, second.ok ? first.failure : second.failure));
}

function attempt<Rule extends keyof Sentences>(rule: Rule, text: string): Result<Sentences[Rule], ParserError> {
  try {
    return ok(parse(text, { startRule: rule }));
  } catch (error) {
    if (!(error instanceof ParserError)) throw error;
    return fail(error);
  }
}

function isOnlySpace(error: ParserError): boolean {
  return (error.expected ?? []).every((each) => each.type === 'other' && each.description === 'space');
}

/** Keeps what would exhaust the stack or the parser's memory away from it. */
function refuseSize(text: string): ExpressionProblem | undefined {
  if (text.length > limits.planSentenceCharacters) {
    return {
      code: 'E201',
      message: `The sentence has ${text.length} characters; at most ${limits.planSentenceCharacters} are read.`,
      hint: 'Split it, or name a part of it as a signal.',
      start: limits.planSentenceCharacters,
      end: text.length,
    };
  }
  if (text.trim() === '') {
    return { code: 'E203', message: 'Nothing is written here.', start: 0, end: text.length };
  }
  let depth = 0;
  const masked = maskText(text);
  for (let offset = 0; offset < masked.length; offset += 1) {
    const character = masked[offset];
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (depth > limits.planSentenceDepth) {
      return {
        code: 'E202',
        message: `Parentheses are nested more than ${limits.planSentenceDepth} deep.`,
        hint: 'Name a part of it as a signal or a rule.',
        start: offset,
        end: offset + 1,
      };
    }
  }
  return undefined;
}
