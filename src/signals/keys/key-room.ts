import { limits } from '#kernel/limits.ts';

/** How many keys the measures of one plan keep together: a plan with many of them has no more memory than one with a few. */
export class KeyRoom {
  private taken = 0;
  /** What all of them have noted together while a store is asked. */
  notes = 0;

  get isFull(): boolean {
    return this.taken >= limits.keysPerPlan;
  }

  /** Whether more keys are in it than there is place for. */
  get isOver(): boolean {
    return this.taken > limits.keysPerPlan;
  }

  get isFullOfNotes(): boolean {
    return this.notes >= limits.keysPerPlan;
  }

  take(): void {
    this.taken += 1;
  }

  leave(): void {
    this.taken -= 1;
  }
}
