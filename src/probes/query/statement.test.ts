import { describe, expect, it } from 'vitest';
import { refuseStatement } from './statement.ts';

describe('statements that are not sent', () => {
  it.each([
    'insert into a values (1)',
    "copy a to program 'sh'",
    'call leave()',
    'do $$ begin end $$',
    'set transaction read write',
    'commit; drop table a',
    'lock a',
    'explain analyze create table a as select 1',
    'listen a',
    "load 'x'",
    'selection',
    '/* select */ delete from a',
    '/* /* */ select */ delete from a',
    '-- select\nupdate a set b = 1',
    '-- select',
    '/* select',
    '',
    ';',
  ])('%s', (sql) => {
    expect(refuseStatement(sql)).toContain('Only statements that read');
  });

  it.each([
    'select 1',
    ' \n SELECT 1',
    '(select 1) union (select 2)',
    '((select 1))',
    'with a as (select 1) select * from a',
    'values (1)',
    'table a',
    'show server_version',
    '/* delete /* insert */ */ select 1',
    '-- delete\nselect 1',
  ])('but %s is', (sql) => {
    expect(refuseStatement(sql)).toBeUndefined();
  });
});
