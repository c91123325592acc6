import { describe, expect, it } from 'vitest';
import { parseInsert, renderQuery, statementKind, tokens } from './sql-text.ts';

const mark = (name: string, type: string): string => `<${name}|${type}>`;

describe('renderQuery', () => {
  it('replaces parameters, and only those', () => {
    expect(renderQuery('select {a:String}, { b : Array(UInt8) }', mark)).toBe('select <a|String>, <b|Array(UInt8)>\n');
    for (const untouched of [
      "select '{a:String}'",
      "select 'it''s {a:String}'",
      "select 'it\\'s {a:String}'",
      'select `{a:String}`, "{b:String}"',
      'select 1 -- {a:String}',
      'select 1 /* {a:String} */',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: this is ClickHouse's heredoc
      'select $x${a:String}$x$',
      "select {'a': 1}",
    ]) {
      expect(renderQuery(untouched, mark)).toBe(`${untouched}\n`);
    }
  });

  it('refuses a second statement, however it is hidden', () => {
    for (const two of [
      'select 1; drop table t',
      'select 1;;select 2',
      "select ';'; select 2",
      'select 1 /* ; */ ; x',
    ]) {
      expect(() => renderQuery(two, mark)).toThrow('Multi-statements');
    }
    expect(renderQuery('select 1;  -- done', mark)).toBe('select 1');
    expect(renderQuery("select ';'", mark)).toBe("select ';'\n");
  });

  it('refuses what does not end', () => {
    for (const open of ["select 'a", 'select `a', 'select "a', 'select 1 /* a', "select 'a\\'"]) {
      expect(() => renderQuery(open, mark)).toThrow();
    }
  });
});

describe('statementKind', () => {
  it.each([
    ['select 1', 'read'],
    ['  -- hello\n with a as (select 1) select * from a', 'read'],
    ['(select 1) union all (select 2)', 'read'],
    ['show tables', 'read'],
    ['INSERT INTO t VALUES (1)', 'insert'],
    ['with 1 as x insert into t select x', 'write'],
    ['/* select */ drop table t', 'write'],
    ['alter table t delete where 1', 'write'],
    ['', 'write'],
  ])('%s is %s', (sql, kind) => {
    expect(statementKind(sql)).toBe(kind);
  });
});

describe('parseInsert', () => {
  it.each([
    ['insert into t format JSONEachRow', { table: 't', format: 'JSONEachRow' }],
    [
      'INSERT INTO TABLE `a b`.t (x, `y z`) FORMAT Native',
      {
        table: '`a b`.t',
        columns: { names: ['x', '`y z`'], except: false },
        format: 'Native',
      },
    ],
    ['insert into t (* except (x)) format CSV', { table: 't', columns: { names: ['x'], except: true }, format: 'CSV' }],
    ["insert into t settings a = 'format', b = 2 values (1)", { settings: "a = 'format', b = 2", format: 'Values' }],
  ])('%s', (sql, expected) => {
    expect(parseInsert(sql)).toMatchObject(expected);
  });

  it('tells where the data begin', () => {
    const sql = 'insert into t format JSONEachRow\n{"a":1}';
    expect(sql.slice(parseInsert(sql)?.dataAt)).toBe('\n{"a":1}');
  });

  it('leaves an insert from a query to the engine', () => {
    expect(parseInsert('insert into t select 1')).toBeUndefined();
    expect(parseInsert('insert into t (a) with 1 as x select x')).toBeUndefined();
    expect(parseInsert('insert into t (select 1)')).toBeUndefined();
  });

  it('refuses what is not a table', () => {
    for (const sql of ["insert into function file('x') values (1)", 'insert into t', "insert into 't' format CSV"]) {
      expect(() => parseInsert(sql)).toThrow();
    }
  });
});

describe('tokens', () => {
  it('reads numbers and operators apart', () => {
    expect([...tokens('1e-5-2.5>=x.y')].map(({ text }) => text)).toEqual(['1e-5', '-', '2.5', '>', '=', 'x', '.', 'y']);
  });
});
