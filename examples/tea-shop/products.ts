/** What the shop sells; prices in dollars. */
export const products = [
  { id: 'assam', name: 'Assam', price: 7.5 },
  { id: 'darjeeling', name: 'Darjeeling, first flush', price: 14.9 },
  { id: 'genmaicha', name: 'Genmaicha', price: 9.2 },
  { id: 'rooibos', name: 'Rooibos', price: 5.4 },
] as const;

export type Product = (typeof products)[number];

export function findProduct(id: unknown): Product | undefined {
  return products.find((product) => product.id === id);
}
