import { expect, test } from 'vitest';
import { Secrets } from './secrets.ts';

test('only what is wanted is asked for and held, and it is forgotten with the last plan that names it', () => {
  const asked: (readonly string[])[] = [];
  const secrets = new Secrets((names) => asked.push(names));
  secrets.want(['HOOK', 'HOOK', 'TOKEN']);
  expect(asked).toEqual([['HOOK', 'TOKEN']]);
  expect(secrets.look('HOOK')).toEqual({ state: 'awaited' });
  secrets.accept({ HOOK: 'shh', TOKEN: null, PATH: '/bin' });
  expect(secrets.look('HOOK')).toEqual({ state: 'known', value: 'shh' });
  expect(secrets.look('TOKEN')).toEqual({ state: 'unset' });
  expect(secrets.look('PATH')).toEqual({ state: 'awaited' });

  secrets.want(['TOKEN', 'OTHER']);
  expect(asked.at(-1)).toEqual(['OTHER']);
  expect(secrets.look('HOOK')).toEqual({ state: 'awaited' });
  secrets.want(['HOOK']);
  expect(asked.at(-1)).toEqual(['HOOK']);
});
