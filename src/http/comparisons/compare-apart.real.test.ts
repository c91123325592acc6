import { expect, test } from 'vitest';
import { compareList, type SystemRow } from '#insight/vouching/compare-list.ts';
import { readList } from '#insight/vouching/read-list.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { compareApart } from './compare-apart.ts';

const task = { line: { source: 'sales', key: 'invoice', fields: ['total'] }, scrub: undefined };

function systemOf(count: number, begin = 0): readonly SystemRow[] {
  return Array.from({ length: count }, (_, index) => ({
    ...{ key: `I-${begin + index}`, event: `e-${begin + index}`, at: index },
    values: [index],
  }));
}

test('a list comes out of its thread as it would here, with what looks like a secret taken out', async () => {
  const lines = Array.from({ length: 40 }, (_, index) => `I-${index},${index % 7 === 0 ? 'x' : index}`);
  const safe = ['invoice,total', ...lines].join('\n');
  const list = `${safe}\n4111 1111 1111 1111,1`;
  const pages = [systemOf(30), systemOf(20, 30)];
  const compared = await compareApart({ ...task, list }, async (take) => {
    for (const page of pages) take(page);
  });
  const here = compareList(readList(safe, 'invoice', ['total']), pages.flat(), ['total']);
  const differences = JSON.parse(compared.differences) as { readonly key: string }[];
  expect(differences.filter(({ key }) => key.startsWith('I-'))).toEqual(JSON.parse(JSON.stringify(here.differences)));
  expect(compared).toMatchObject({ rowCount: 41, systemRows: 50, equal: here.equal });
  expect(compared.differenceCount).toBe(here.differences.length + 1);
  expect(compared.examples[0]).toEqual({ key: 'I-0', what: 'total x by hand, 0 in sales' });
  expect(JSON.parse(compared.rows)[1]).toEqual([3, 'I-1', ['1']]);
  expect(JSON.stringify(compared)).not.toContain('4111');
});

test('a list that cannot be read is refused before the system is asked, and what asking it throws is thrown', async () => {
  let isAsked = false;
  const ask = async (): Promise<void> => {
    isAsked = true;
    throw new WatchbillError('telemetry-away', 'It does not answer.');
  };
  const refused = compareApart({ ...task, list: 'invoice,total\n,1\n' }, ask);
  await expect(refused).rejects.toMatchObject({ code: 'list-unreadable', where: 'line 2' });
  expect(isAsked).toBe(false);
  await expect(compareApart({ ...task, list: 'invoice,total\n' }, ask)).rejects.toMatchObject({
    code: 'telemetry-away',
  });
});

test('what needs more memory than there is ends its thread, and nothing else', async () => {
  const large = async (take: (rows: readonly SystemRow[]) => void): Promise<void> => {
    for (let page = 0; page < 40; page += 1) take(systemOf(5_000, page * 5_000));
  };
  await expect(compareApart({ ...task, list: 'invoice,total\n' }, large, 16)).rejects.toMatchObject({
    code: 'search-too-large',
  });
});
