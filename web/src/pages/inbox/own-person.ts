/** The name before the `@`, as people are often called in a plan. */
function localPart(email: string): string {
  return email.toLowerCase().split('@')[0] ?? '';
}

/**
 * Which of a plan's people somebody is. The plan's addresses are no secret of the server's to tell, so it is told by name: the person whose
 * name is that of the account, or what stands before the `@` of its address. Undefined when that is nobody.
 */
export function ownPerson(
  people: readonly string[],
  account: { readonly name: string; readonly email?: string | undefined } | undefined,
): string | undefined {
  if (account === undefined) return undefined;
  const wanted = [account.email === undefined ? '' : localPart(account.email), account.name.toLowerCase()];
  return wanted
    .map((name) => people.find((person) => name !== '' && person.toLowerCase() === name))
    .find((person) => person !== undefined);
}
