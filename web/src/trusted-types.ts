/**
 * The page's content security policy refuses every string as HTML (`require-trusted-types-for 'script'`). Libraries set style sheets
 * and empty texts that way; this lets through what cannot be markup and nothing else.
 */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { readonly createHTML: (text: string) => string; readonly createScriptURL: (address: string) => string },
  ): unknown;
}

const trustedTypes = (globalThis as { readonly trustedTypes?: TrustedTypes }).trustedTypes;
trustedTypes?.createPolicy('default', {
  createHTML(text) {
    if (/[<&]/.test(text)) throw new TypeError('Markup is never made from text here.');
    return text;
  },
  /** Workers are scripts that we serve ourselves. */
  createScriptURL(address) {
    if (new URL(address, location.href).origin !== location.origin) throw new TypeError('Scripts come from here only.');
    return address;
  },
});
