import type { ReactNode } from 'react';

/** Drawn on a grid of 20 with lines of 1.6; all are decoration, the word stands beside them. */
const drawings = {
  gauge: <path d="M3 14a7 7 0 1 1 14 0M10 14l3.2-4.2" />,
  chart: <path d="M3 3v14h14M6 13l3.2-4 2.6 2.4L16 6" />,
  bell: <path d="M5 13.5V9a5 5 0 0 1 10 0v4.5l1.5 1.5h-13zM8.3 17.2a2 2 0 0 0 3.4 0" />,
  inbox: <path d="M3 11.5 5.2 4h9.6L17 11.5V16H3zM3 11.5h4l1 2h4l1-2h4" />,
  send: <path d="m3 9.5 14-6-4.6 13-3-5.4zM9.4 11 17 3.5" />,
  plan: <path d="M5 2.8h7l3.5 3.5v11H5zM12 2.8v3.6h3.5M7.5 10h5.5M7.5 13.2h5.5" />,
  lines: <path d="M3 4.5h3M8.5 4.5H17M3 8.2h3M8.5 8.2h5M3 11.8h3M8.5 11.8H17M3 15.5h3M8.5 15.5h6.5" />,
  data: <path d="M3.5 5.5c0-3 13-3 13 0s-13 3-13 0v9c0 3 13 3 13 0v-9M3.5 10c0 3 13 3 13 0" />,
  radar: <path d="M10 3a7 7 0 1 1-7 7M10 6.5A3.5 3.5 0 1 1 6.5 10M10 10 4.5 4.5" />,
  map: <path d="M3 4h5v4H3zM12 3h5v4h-5zM12 13h5v4h-5zM8 6h4M5.5 8v7H12" />,
  bug: (
    <path d="M6.5 8a3.5 3.5 0 0 1 7 0v4.5a3.5 3.5 0 0 1-7 0zM6.5 10.5h7M3 6l3.5 2M17 6l-3.5 2M2.5 11.5h4M17.5 11.5h-4M3.5 16.5l3.2-2.2M16.5 16.5l-3.2-2.2" />
  ),
  play: <path d="M6 3.8v12.4L16 10z" />,
  settings: <path d="M3 6h8m4 0h2M3 14h2m4 0h8M13 3.8v4.4M7 11.8v4.4" />,
  heart: <path d="M2.5 10h3.6l1.9-4.5 3.4 9L13.6 10h3.9" />,
  search: <path d="M9 3.2a5.8 5.8 0 1 1 0 11.6A5.8 5.8 0 0 1 9 3.2M13.3 13.3 17 17" />,
  more: <path d="M4 10h.01M10 10h.01M16 10h.01" strokeWidth="2.4" />,
  down: <path d="m5.5 8 4.5 4.5L14.5 8" />,
  right: <path d="M8 5.5 12.5 10 8 14.5" />,
  check: <path d="m4 10.5 4 4 8-9" />,
  sun: (
    <path d="M10 6.6a3.4 3.4 0 1 1 0 6.8 3.4 3.4 0 0 1 0-6.8M10 2v1.6M10 16.4V18M2 10h1.6M16.4 10H18M4.3 4.3l1.2 1.2M14.5 14.5l1.2 1.2M4.3 15.7l1.2-1.2M14.5 5.5l1.2-1.2" />
  ),
  moon: <path d="M16.5 11.8A7 7 0 0 1 8.2 3.5a7 7 0 1 0 8.3 8.3" />,
  screen: <path d="M3 4h14v9.5H3zM7.5 17h5M10 13.5V17" />,
  person: <path d="M10 3.2a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4M3.8 17c.6-4 3-5.6 6.2-5.6s5.6 1.6 6.2 5.6" />,
  shield: <path d="M10 2.6 4 4.8V10c0 3.9 2.6 6.2 6 7.4 3.4-1.2 6-3.5 6-7.4V4.8zM7.2 9.8l2.1 2.1 3.6-4" />,
  key: <path d="M13 3.2a3.9 3.9 0 1 1-2.6 6.7L4 16.2V14m2.6.2v-2.4M13.6 6.6h.01" />,
  rule: <path d="M3.5 5.5h13M3.5 10h7M3.5 14.5h4M13 12.5l2.5 2.5L13 17.5" />,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof drawings;

/** A small drawing beside a word. */
export function Icon({ name, size = 18 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      viewBox="0 0 20 20"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {drawings[name]}
    </svg>
  );
}
