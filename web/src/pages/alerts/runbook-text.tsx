/** A runbook as the plan names it. Only an address that a browser may open becomes a link; a name stays a name. */
export function RunbookText({ text }: { readonly text: string }) {
  if (!/^https?:\/\//.test(text)) return <>{text}</>;
  return (
    <a href={text} className="wb-alone" target="_blank" rel="noreferrer">
      {text}
    </a>
  );
}
