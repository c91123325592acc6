import type { Product } from './products.ts';

/** What a customer sees who opens the door. */
export function shopFront(products: readonly Product[]): string {
  const shelf = products.map((product) => `<li>${product.name}: $${product.price.toFixed(2)}</li>`).join('');
  return page('Tea', `<h1>Tea</h1><ul>${shelf}</ul><p><a href="/sign-up">Join us</a></p>`);
}

/** The form has lost its button when sign-ups are broken, and nobody can join. */
export function signUpForm(hasButton: boolean): string {
  const button = hasButton ? '<button formaction="/sign-ups">Join</button>' : '';
  return page(
    'Join us',
    `<h1>Join us</h1><form method="post"><label>E-mail <input name="email"></label>${button}</form>`,
  );
}

function page(title: string, content: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>:root{color-scheme:light dark;font:1.1rem/1.6 Georgia,serif}body{max-width:32rem;margin:3rem auto;padding:0 1rem}</style>${content}</html>`;
}
