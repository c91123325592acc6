/**
 * A JSON value with `instead` in place of these texts wherever one stands by itself. A text that goes on before or after is another one: `u-1`
 * does not stand in `u-12`.
 */
export function withoutTexts(value: unknown, forms: readonly string[], instead: string): unknown {
  if (typeof value === 'string') {
    return forms.reduce(
      (text, form) => text.replaceAll(new RegExp(`(?<![\\w@-])${RegExp.escape(form)}(?![\\w@-])`, 'gu'), () => instead),
      value,
    );
  }
  if (Array.isArray(value)) return value.map((one) => withoutTexts(one, forms, instead));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutTexts(one, forms, instead)]));
}
