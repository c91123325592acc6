import { expect, test } from 'vitest';
import { firstViewFiles, tooEarly } from './first-view.ts';

const manifest = {
  'index.html': {
    file: 'entry.js',
    isEntry: true,
    imports: ['_shared.js'],
    dynamicImports: ['page.tsx', 'other.tsx'],
    css: ['entry.css'],
  },
  '_shared.js': { file: 'shared.js', imports: ['index.html'] },
  'page.tsx': { file: 'page.js', imports: ['_shared.js', '_charts.js'], css: ['page.css'] },
  '_charts.js': { file: 'charts.js' },
  'other.tsx': { file: 'other.js', css: ['other.css'] },
};

test('the first view is the entry, the page and all that they import', () => {
  expect([...firstViewFiles(manifest, 'page.tsx')].sort()).toEqual([
    'charts.js',
    'entry.css',
    'entry.js',
    'page.css',
    'page.js',
    'shared.js',
  ]);
});

test('a page that is not built is said', () => {
  expect(() => firstViewFiles(manifest, 'gone.tsx')).toThrow('the manifest has no chunk gone.tsx');
});

test.each([
  ['node_modules/echarts/core.js', 'ECharts'],
  ['node_modules/@codemirror/view/dist/index.js', 'CodeMirror'],
  ['node_modules/@lezer/common/dist/index.js', 'CodeMirror'],
  ['src/plan/compile.ts', 'the plan compiler'],
  ['node_modules/zod/v4/index.js', 'zod'],
])('%s is loaded later', (module, what) => {
  expect(tooEarly(['charts.js'], { 'charts.js': ['web/src/main.tsx', module] })[0]).toContain(what);
  expect(tooEarly(['entry.js'], { 'charts.js': [module] })).toEqual([]);
});
