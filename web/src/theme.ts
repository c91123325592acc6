import { createTheme, type MantineColorsTuple } from '@mantine/core';

/** Chrome is neutral: colour is kept for states. A grey with a breath of blue, light to dark. */
const slate: MantineColorsTuple = [
  '#f5f7f9',
  '#e9edf1',
  '#d8dee5',
  '#bcc5cf',
  '#97a3b0',
  '#728091',
  '#566475',
  '#3f4b5a',
  '#2a333f',
  '#1a2029',
];

/** Dark surfaces, from text to the deepest ground. */
const dark: MantineColorsTuple = [
  '#e3e8ee',
  '#c3ccd6',
  '#a3afbc',
  '#7d8a99',
  '#4b5664',
  '#38424e',
  '#29313b',
  '#1b2129',
  '#151a21',
  '#0f1318',
];

const systemFonts =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", "Helvetica Neue", Arial, sans-serif';

export const theme = createTheme({
  primaryColor: 'slate',
  primaryShade: { light: 8, dark: 1 },
  autoContrast: true,
  colors: { slate, dark },
  fontFamily: systemFonts,
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace',
  headings: { fontFamily: systemFonts, fontWeight: '600' },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
});
