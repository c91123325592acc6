/** Paragraphs as elements, with `code` between backticks and **strong** words. No markup is made from text. */
export function paragraphs(texts: readonly string[]): HTMLElement {
  const box = document.createElement('div');
  for (const text of texts.flatMap((each) => each.split('\n\n'))) {
    const paragraph = document.createElement('p');
    for (const part of text.split(/(`[^`]*`|\*\*[^*]+\*\*)/)) {
      if (part.startsWith('`') && part.length > 1) paragraph.append(element('code', part.slice(1, -1)));
      else if (part.startsWith('**')) paragraph.append(element('strong', part.slice(2, -2)));
      else paragraph.append(part);
    }
    box.append(paragraph);
  }
  return box;
}

function element(name: string, text: string): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
