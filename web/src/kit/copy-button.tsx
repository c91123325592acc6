import { Button } from '@mantine/core';
import { useState } from 'react';

interface CopyButtonProps {
  /** For screen readers: "Copy link". */
  readonly what: string;
  readonly value: string;
}

/** Copies a text. Where the browser refuses, as over plain http, it says so. */
export function CopyButton({ what, value }: CopyButtonProps) {
  const [result, setResult] = useState<'copied' | 'refused'>();
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(value);
      setResult('copied');
    } catch {
      setResult('refused');
    }
  };
  return (
    <Button size="sm" variant="default" onClick={() => void copy()}>
      <span aria-live="polite">
        {result === 'copied' ? 'Copied' : result === 'refused' ? 'Select it and copy' : 'Copy'}
      </span>
      <span className="wb-spoken"> {what.toLowerCase()}</span>
    </Button>
  );
}
