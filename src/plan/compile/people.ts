import type { Person, SecretOr } from '../people.ts';
import { suggest } from '../text/nearest-name.ts';
import { placeOf, type Sentence, sentenceOf } from '../text/sentence.ts';
import type { TreeNode } from '../text/tree.ts';
import { executedKinds, MAIL_ADDRESS } from './channel-kinds.ts';
import { secretOr, textAt } from './channels.ts';
import { type Context, sentencesOf } from './context.ts';

export function compilePeople(context: Context): readonly Person[] {
  return context.entries('people').map((entry) => {
    const email = textAt(entry.value, 'email');
    if (email !== undefined && !MAIL_ADDRESS.test(email.text.trim())) {
      const message = `\`${email.text.trim()}\` is no mail address.`;
      context.report.add('E122', email.span, message, `Write it as \`${entry.key.text}@shop.example\`.`);
    }
    return {
      name: entry.key.text,
      ...(email === undefined ? {} : { email: email.text.trim() }),
      ...addressAt(entry.value, 'phone', context),
      ...addressAt(entry.value, 'telegram', context),
      ...addressAt(entry.value, 'ntfy', context),
    };
  });
}

/** An address of a person that may be a secret; one that its channel could not use is reported. */
function addressAt<Key extends 'phone' | 'telegram' | 'ntfy'>(
  person: TreeNode,
  key: Key,
  context: Context,
): { readonly [key in Key]?: SecretOr<string> } {
  const node = textAt(person, key);
  if (node === undefined) return {};
  const value = secretOr(node.text);
  const place = executedKinds[key]?.place;
  if ('literal' in value && place !== undefined && !place.pattern.test(value.literal)) {
    context.report.add('E122', node.span, `\`${value.literal}\` is not ${place.words}.`);
  }
  return { [key]: value } as { readonly [key in Key]?: SecretOr<string> };
}

/** Roles as the names of their persons. A role in a role is spread out. */
export function compileRoles(context: Context): Readonly<Record<string, readonly string[]>> {
  const roles: Record<string, readonly string[]> = {};
  for (const entry of context.entries('roles')) {
    const role = entry.key.text;
    if (context.defines('people', role)) {
      context.report.add('E142', entry.key.span, `\`${role}\` is a person already.`);
    }
    const persons: string[] = [];
    const hole = entry.value.kind === 'empty';
    for (const member of sentencesOf(entry.value)) {
      if (context.defines('people', member.text)) {
        persons.push(member.text);
      } else {
        const hint = suggest(member.text, context.namesOf('people'));
        context.report.add('E132', placeOf(member), `There is no person \`${member.text}\`.`, hint);
      }
    }
    if (sentencesOf(entry.value).length === 0 && !hole) {
      context.report.add('E138', entry.key.span, `Nobody fills the role \`${role}\`.`);
    }
    roles[role] = [...new Set(persons)];
  }
  return roles;
}

/** The duties of the schedules: the columns of their tables but the first. */
export function dutiesOf(context: Context): readonly string[] {
  return context.entries('oncall').flatMap((entry) => {
    const table = textAt(entry.value, 'table');
    const header = table?.text.split('\n', 1)[0] ?? '';
    return header
      .split('|')
      .slice(1)
      .flatMap((cell) => cell.split(','))
      .map((duty) => duty.trim())
      .filter((duty) => duty !== '');
  });
}

/** Whether a name is a person, a role or a duty. */
export function isSomebody(name: string, context: Context): boolean {
  return context.defines('people', name) || context.defines('roles', name) || dutiesOf(context).includes(name);
}

/** Reports a name that is nobody's. */
export function checkSomebody(sentence: Sentence, context: Context, what: string): void {
  if (isSomebody(sentence.text, context)) return;
  const known = [...context.namesOf('people'), ...context.namesOf('roles'), ...dutiesOf(context)];
  const hint = suggest(sentence.text, known);
  context.report.add('E132', placeOf(sentence), `There is no ${what} \`${sentence.text}\`.`, hint);
}

/** Reads `lead`, which is kept for readers only. */
export function checkLead(context: Context): void {
  const lead = context.section('lead');
  if (lead?.kind !== 'text') return;
  const sentence = sentenceOf(lead);
  // A lead may stand outside of the plan's people; a name in the form of one of ours is held against them.
  if (context.entries('people').length > 0 && /^[a-z][a-z0-9-]*$/.test(sentence.text)) {
    checkSomebody(sentence, context, 'person');
  }
}
