/** Licences that ask for no more than their text to be kept. */
const allowed = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'PostgreSQL',
  'Python-2.0',
  'Zlib',
]);

/** Packages with another licence, and why that is acceptable. The licence is named: another one is a new decision. */
const exceptions: Readonly<Record<string, { readonly licence: string; readonly reason: string }>> = {
  lightningcss: { licence: 'MPL-2.0', reason: 'of vite, which only the tests use; not changed, not shipped' },
  'lightningcss-linux-x64-gnu': { licence: 'MPL-2.0', reason: 'native part of lightningcss' },
  'lightningcss-linux-arm64-gnu': { licence: 'MPL-2.0', reason: 'native part of lightningcss' },
  'lightningcss-darwin-arm64': { licence: 'MPL-2.0', reason: 'native part of lightningcss' },
  'axe-core': { licence: 'MPL-2.0', reason: 'only the browser tests use it; not changed, not shipped' },
  isbot: { licence: 'Unlicense', reason: 'public domain; of the router' },
  'fast-sha256': { licence: 'Unlicense', reason: 'public domain; of standardwebhooks' },
};

/** Undefined when the package may be used, else a line that says why not. `licence` is the field of its package.json. */
export function judgeLicence(name: string, licence: unknown): string | undefined {
  const said = readLicence(licence);
  if (said === undefined)
    return `${name}: names no licence — use another package, or decide and list it in scripts/licence-rules.ts`;
  if (exceptions[name]?.licence === said) return undefined;
  // `A OR B` leaves the choice to us; `A AND B` binds us to both.
  const choices = said.replace(/[()]/g, '').split(/ OR /i);
  if (choices.some((choice) => choice.split(/ AND /i).every((part) => allowed.has(part.trim())))) return undefined;
  return `${name}: ${said} — use another package, or decide and list it in scripts/licence-rules.ts`;
}

/** The forms that package.json has seen: an SPDX expression, `{type}`, and a list of these. */
function readLicence(licence: unknown): string | undefined {
  if (typeof licence === 'string') return licence === '' ? undefined : licence;
  if (Array.isArray(licence)) {
    const parts = licence.map(readLicence);
    return parts.length > 0 && parts.every((part) => part !== undefined) ? parts.join(' OR ') : undefined;
  }
  if (typeof licence === 'object' && licence !== null && 'type' in licence) return readLicence(licence.type);
  return undefined;
}
