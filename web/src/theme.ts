import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from '@mantine/core';

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

/** The main action is dark on light ground and light on dark ground, which Mantine's own contrast does not know of. */
const variantColors: VariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input);
  if (input.variant !== 'filled' || (input.color !== undefined && input.color !== 'slate')) return colors;
  return { ...colors, background: 'var(--wb-action)', hover: 'var(--wb-action-hover)', color: 'var(--wb-action-text)' };
};

export const theme = createTheme({
  variantColorResolver: variantColors,
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

const ours = {
  '--mantine-color-body': 'var(--wb-ground)',
  '--mantine-color-text': 'var(--wb-text)',
  '--mantine-color-dimmed': 'var(--wb-quiet)',
  '--mantine-color-error': 'var(--wb-critical)',
  '--mantine-color-placeholder': 'var(--wb-quiet)',
  '--mantine-color-default': 'var(--wb-surface)',
  '--mantine-color-default-hover': 'var(--wb-hover)',
  '--mantine-color-default-border': 'var(--wb-line-strong)',
};

/** Mantine's own surfaces and texts take the colours of `theme.css`. */
export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light: ours, dark: ours });
