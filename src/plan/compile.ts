import { limits } from '#kernel/limits.ts';
import { compileAssessments } from './compile/assessments.ts';
import { compilePhases, readClock } from './compile/calendar.ts';
import { compileChannels, withInstallationMail } from './compile/channels.ts';
import { Checks } from './compile/checks.ts';
import { Conditions } from './compile/conditions.ts';
import { Context, type NotExecuted } from './compile/context.ts';
import { compileHeartbeats } from './compile/heartbeats.ts';
import { fillHoles } from './compile/holes.ts';
import { compileMaintenance } from './compile/maintenance.ts';
import { Objectives } from './compile/objectives.ts';
import { checkLead, compilePeople, compileRoles } from './compile/people.ts';
import { hintAtUnread } from './compile/probe-rules.ts';
import { compileDatabases, compileProbes } from './compile/probes.ts';
import { checkOrders } from './compile/recipients.ts';
import { compileRules } from './compile/rules.ts';
import { compileScrapes } from './compile/scrapes.ts';
import { linkNeeds, readServices } from './compile/services.ts';
import { compileSeverities } from './compile/severities.ts';
import { Signals } from './compile/signals.ts';
import { Sources } from './compile/sources.ts';
import { checkEquality } from './compile/thresholds.ts';
import { compileLimits, compileScrub } from './compile/traffic.ts';
import { checkUnbuiltSections } from './compile/unbuilt.ts';
import { compileComparisons, compileReviews } from './compile/vouching.ts';
import { compileWebhooks } from './compile/webhooks.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { CompiledPlan } from './model.ts';
import { checkScenarioShape, isScenarioPath, withoutScenarios } from './scenario-file.ts';
import { checkShape } from './shape/check-shape.ts';
import { sectionSchemas } from './shape/sections.ts';
import { nearestName } from './text/nearest-name.ts';
import { readYaml } from './text/read-yaml.ts';
import { Report, TooManyFindings } from './text/report.ts';
import { SourceFile, type Span } from './text/source-file.ts';
import { entriesOf, type MapEntry, TextNode } from './text/tree.ts';

export type { NotExecuted } from './compile/context.ts';

/** One file of a plan; the path is only shown. */
export interface PlanFile {
  readonly path: string;
  readonly text: string;
}

/** A defined name, for navigation in an editor. */
export interface OutlineEntry {
  readonly section: string;
  /** Absent for a section that is one value, such as `launch`. */
  readonly name?: string;
  readonly path: string;
  readonly line: number;
  readonly column: number;
  /** What `# from: …` above the line says. */
  readonly origin?: string;
}

export interface Compilation {
  /** All findings, in the order of the text. */
  readonly diagnostics: readonly Diagnostic[];
  /** Present when no finding is an error. Holds only what is executed. */
  readonly plan?: CompiledPlan;
  /** What was understood and is not executed yet; `apply` refuses a plan that has any. */
  readonly notExecuted: readonly NotExecuted[];
  readonly outline: readonly OutlineEntry[];
}

/**
 * Compiles a plan: one file, or the YAML files of a folder, whose sections are put together. Scenarios among them are no part of
 * the plan; only their shape is checked. Never throws for what the texts hold; everything that is wrong is said at once.
 */
export function compilePlan(files: readonly PlanFile[]): Compilation {
  const report = new Report();
  try {
    return compileReported(files, report);
  } catch (error) {
    if (!(error instanceof TooManyFindings)) throw error;
    return { diagnostics: report.sorted(), notExecuted: [], outline: [] };
  }
}

function compileReported(files: readonly PlanFile[], report: Report): Compilation {
  for (const file of files) if (isScenarioPath(file.path)) checkScenarioShape(file, report);
  const sections = readSections(withoutScenarios(files), report);
  if (sections === undefined) return { diagnostics: report.sorted(), notExecuted: [], outline: [] };
  const context = new Context(report, sections);
  for (const entry of sections.values()) checkShape(entry, report);
  const plan = compileSections(context);
  const failed = report.failed;
  return {
    diagnostics: report.sorted(),
    ...(failed ? {} : { plan }),
    notExecuted: context.notExecuted.toSorted(
      (left, right) =>
        (left.path < right.path ? -1 : left.path > right.path ? 1 : 0) ||
        left.line - right.line ||
        left.column - right.column,
    ),
    outline: outlineOf(sections),
  };
}

/** Whether a plan may be applied: it has no errors, and every line of it is executed. */
export function isExecutable(compilation: Compilation): compilation is Compilation & { readonly plan: CompiledPlan } {
  return compilation.plan !== undefined && compilation.notExecuted.length === 0;
}

/** Undefined when a text cannot be read at all, so that everything after would be guessed. */
function readSections(files: readonly PlanFile[], report: Report): ReadonlyMap<string, MapEntry> | undefined {
  const start: Span = { file: new SourceFile(files[0]?.path ?? 'plan.yaml', ''), start: 0, end: 0 };
  if (files.length === 0 || files.length > limits.planFiles) {
    const message =
      files.length === 0
        ? 'There is no file.'
        : `There are ${files.length} files; at most ${limits.planFiles} are read.`;
    report.add('E110', start, message);
    return undefined;
  }
  const sections = new Map<string, MapEntry>();
  const misspelt = new Map<string, MapEntry>();
  let readable = true;
  for (const { path, text } of files) {
    const tree = readYaml(path, text, report);
    if (tree === undefined) {
      readable = false;
      continue;
    }
    if (tree.kind !== 'map') {
      const [what, hint] =
        tree.kind !== 'empty'
          ? ['The file does not consist of sections.', 'Write `section:` and its lines below it, as in the reference.']
          : files.length > 1
            ? ['The file is empty.', 'Write a section in it, or delete the file.']
            : ['The file is empty.', 'Begin with `plan: NAME` and sections.'];
      report.add('E110', tree.span, what ?? '', hint);
      readable = false;
      continue;
    }
    for (const entry of entriesOf(tree)) addSection(entry, sections, misspelt, report);
  }
  for (const [name, entry] of misspelt) if (!sections.has(name)) sections.set(name, fillHoles(entry, report));
  if (readable && !sections.has('plan')) {
    const first = sections.values().next().value;
    const place = first === undefined ? start : { ...first.key.span, start: 0, end: 0 };
    report.add('E123', place, '`plan` is missing: the name of the plan.', 'Begin with `plan: NAME`.');
  }
  return readable ? sections : undefined;
}

function addSection(
  entry: MapEntry,
  sections: Map<string, MapEntry>,
  misspelt: Map<string, MapEntry>,
  report: Report,
): void {
  const name = entry.key.text;
  if (!Object.hasOwn(sectionSchemas, name)) {
    const meant = nearestName(name, Object.keys(sectionSchemas));
    const hint = meant === undefined ? undefined : `Did you mean \`${meant}\`?`;
    report.add('E120', entry.key.span, `There is no section \`${name}\`.`, hint);
    // Read as the section that is probably meant, so that its names are known to the others.
    if (meant !== undefined && !sections.has(meant)) {
      const key = new TextNode(meant, entry.key.span, 'quoted');
      misspelt.set(meant, { ...entry, key });
    }
    return;
  }
  const first = sections.get(name)?.key.span;
  if (first !== undefined) {
    const { line } = first.file.position(first.start);
    const message = `The section \`${name}\` stands in ${first.file.path}:${line} as well.`;
    report.add('E109', entry.key.span, message);
    return;
  }
  sections.set(name, fillHoles(entry, report));
}

function compileSections(context: Context): CompiledPlan {
  readClock(context);
  const phases = compilePhases(context);
  const people = compilePeople(context);
  checkLead(context);
  const roles = compileRoles(context);
  const channels = compileChannels(context);
  checkOrders(context);
  const severities = compileSeverities(context, roles);
  const readable = readServices(context);
  const webhooks = compileWebhooks(context);
  const sources = new Sources(context, webhooks);
  sources.compileAll();
  const searches = sources.compileSearches();
  const scrapes = compileScrapes(context);
  const databases = compileDatabases(context);
  const probes = compileProbes(context, sources);
  const heartbeats = compileHeartbeats(context);
  const checks = new Checks(probes, heartbeats, context.timezone);
  const reviews = compileReviews({ context, sources, roles });
  const comparisons = compileComparisons({ context, sources, roles });
  const maintenance = compileMaintenance(context);
  const signals = new Signals(context, sources, checks, maintenance);
  signals.compileAll();
  const objectives = new Objectives(context, sources, signals);
  const compiledObjectives = objectives.compileAll();
  const conditions = new Conditions({ context, sources, signals, objectives, checks });
  const thresholds = [...objectives.thresholds];
  const judged = compileRules({ context, conditions, severities, roles, thresholds });
  const tests = Object.fromEntries(conditions.tests);
  const { services, rules } = linkNeeds({ context, services: readable, rules: judged, severities, tests, probes });
  const assessments = compileAssessments({ context, probes, heartbeats, rules, reviews, comparisons });
  signals.compileUnusedStreams();
  hintAtUnread(context, checks.used);
  const told = [...severities.flatMap(({ notify }) => notify), ...rules.flatMap(({ notify }) => notify ?? [])];
  checkEquality(thresholds, context);
  const traffic = compileLimits(context);
  const scrub = compileScrub(context);
  checkUnbuiltSections(context);
  const availabilities = signals.formulas.availabilities.figures;
  const name = textOf(context, 'plan') ?? '';
  const launch = context.launch;
  return {
    name,
    title: textOf(context, 'title') ?? name,
    timezone: context.timezone,
    ...(launch === undefined ? {} : { launch }),
    phases,
    people,
    roles,
    channels: withInstallationMail(channels, told),
    severities,
    services,
    sources: sources.compiled(),
    ...(scrapes.length === 0 ? {} : { scrapes }),
    measures: Object.fromEntries(signals.formulas.measures),
    signals: signals.compiled(),
    objectives: compiledObjectives,
    tests,
    rules,
    ...(webhooks.length === 0 ? {} : { webhooks }),
    ...(searches.length === 0 ? {} : { searches }),
    ...(traffic === undefined ? {} : { limits: traffic }),
    ...(scrub === undefined ? {} : { scrub }),
    ...(probes.length === 0 ? {} : { probes }),
    ...(databases.length === 0 ? {} : { databases }),
    ...(heartbeats.length === 0 ? {} : { heartbeats }),
    ...(availabilities.size === 0 ? {} : { availabilities: Object.fromEntries(availabilities) }),
    ...(maintenance.length === 0 ? {} : { maintenance }),
    ...(reviews.length === 0 ? {} : { reviews }),
    ...(comparisons.length === 0 ? {} : { comparisons }),
    ...(assessments.length === 0 ? {} : { assessments }),
  };
}

function textOf(context: Context, section: string): string | undefined {
  const node = context.section(section);
  return node?.kind === 'text' ? node.text.trim() : undefined;
}

function outlineOf(sections: ReadonlyMap<string, MapEntry>): readonly OutlineEntry[] {
  return [...sections.values()].flatMap((section) => {
    const children = entriesOf(section.value);
    const own = children.length === 0 ? [outlineEntry(section, section.key.text)] : [];
    return [...own, ...children.map((child) => outlineEntry(child, section.key.text, child.key.text))];
  });
}

function outlineEntry(entry: MapEntry, section: string, name?: string): OutlineEntry {
  const { file, start } = entry.key.span;
  return {
    section,
    ...(name === undefined ? {} : { name }),
    path: file.path,
    ...file.position(start),
    ...(entry.origin === undefined ? {} : { origin: entry.origin }),
  };
}
