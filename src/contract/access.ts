/**
 * Who may do what. A *level* is what a person or token has on the server or on one plan; a *permission* is what a route asks for.
 * Nothing is allowed that is not in this table.
 */
export type Level = 'owner' | 'admin' | 'editor' | 'responder' | 'viewer';

export type Permission =
  /** Anybody, without a credential. */
  | 'public'
  /** Figures, alerts, messages, the plan's text. */
  | 'read'
  /** One's own account, sessions, channels and test messages to oneself. */
  | 'own'
  /** Acknowledge, silence for up to a day, rehearse. */
  | 'respond'
  /** Apply a plan, silence for longer. */
  | 'edit'
  /** Keys, members up to admin, tokens, test messages to others. */
  | 'administer'
  /** Read the audit log. */
  | 'audit'
  /** Owners, backup, what cannot be undone. */
  | 'govern';

/** Most powerful first. */
export const levels: readonly Level[] = ['owner', 'admin', 'editor', 'responder', 'viewer'];

const granted: Readonly<Record<Level, readonly Permission[]>> = {
  viewer: ['public', 'read', 'own'],
  responder: ['public', 'read', 'own', 'respond'],
  editor: ['public', 'read', 'own', 'respond', 'edit'],
  admin: ['public', 'read', 'own', 'respond', 'edit', 'administer', 'audit'],
  owner: ['public', 'read', 'own', 'respond', 'edit', 'administer', 'audit', 'govern'],
};

/** Whether a level includes a permission. */
export function allows(level: Level | undefined, permission: Permission): boolean {
  if (permission === 'public') return true;
  return level !== undefined && granted[level].includes(permission);
}

/** The more powerful of two levels; undefined is none. */
export function higherLevel(left: Level | undefined, right: Level | undefined): Level | undefined {
  if (left === undefined) return right;
  if (right === undefined) return left;
  return levels.indexOf(left) <= levels.indexOf(right) ? left : right;
}
