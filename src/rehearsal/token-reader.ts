import type { DiagnosticCode } from '#kernel/diagnostic-codes.ts';
import type { Sentence } from '#plan/text/sentence.ts';
import type { Span } from '#plan/text/source-file.ts';
import { type Token, tokensOf } from './tokens.ts';

/** The codes of steps. */
export type ScenarioCode = Extract<DiagnosticCode, `E3${string}`>;

/** A sentence that is not one of the language: what was expected, and where. */
export class Misread extends Error {
  override readonly name = 'Misread';
  readonly span: Span;
  readonly hint: string | undefined;
  readonly code: ScenarioCode;

  constructor(message: string, span: Span, hint?: string, code: ScenarioCode = 'E301') {
    super(message);
    this.span = span;
    this.hint = hint;
    this.code = code;
  }
}

/** Reads the tokens of one sentence from left to right. Whatever does not fit throws `Misread`, which the reader of steps catches. */
export class TokenReader {
  readonly sentence: Sentence;
  private readonly tokens: readonly Token[];
  private place = 0;

  constructor(sentence: Sentence) {
    this.sentence = sentence;
    this.tokens = tokensOf(sentence.text);
  }

  get next(): Token | undefined {
    return this.tokens[this.place];
  }

  get done(): boolean {
    return this.place >= this.tokens.length;
  }

  /** Whether the next words are these; then they are taken. */
  takes(...words: readonly string[]): boolean {
    const found = words.every((word, offset) => {
      const token = this.tokens[this.place + offset];
      return token !== undefined && token.kind !== 'text' && token.text === word;
    });
    if (found) this.place += words.length;
    return found;
  }

  expects(word: string): void {
    if (!this.takes(word)) throw this.misread(`\`${word}\``);
  }

  word(what: string): Token {
    return this.take('word', what);
  }

  text(what: string): Token {
    return this.take('text', what);
  }

  operator(what: string): Token {
    return this.take('operator', what);
  }

  number(what: string, ...measured: readonly Token['measured'][]): Token {
    const token = this.next;
    if (token?.kind !== 'number' || (measured.length > 0 && !measured.includes(token.measured)))
      throw this.misread(what);
    this.place += 1;
    return token;
  }

  comma(): boolean {
    if (this.next?.kind !== 'comma') return false;
    this.place += 1;
    return true;
  }

  /** The rest of the sentence as written, from here to the end. */
  rest(): string {
    const from = this.next?.start ?? this.sentence.text.length;
    this.place = this.tokens.length;
    return this.sentence.text.slice(from);
  }

  end(): void {
    if (!this.done) throw this.misread('the end of the step');
  }

  spanOf(token: Token | undefined): Span {
    const length = this.sentence.text.length;
    return this.sentence.place(token?.start ?? Math.max(0, length - 1), token?.end ?? length);
  }

  misread(expected: string, hint?: string): Misread {
    const token = this.next;
    const found = token === undefined ? 'the sentence ends' : `\`${token.text}\` stands`;
    return new Misread(`Here ${found}; expected is ${expected}.`, this.spanOf(token), hint);
  }

  private take(kind: Token['kind'], what: string): Token {
    const token = this.next;
    if (token?.kind !== kind) throw this.misread(what);
    this.place += 1;
    return token;
  }
}
