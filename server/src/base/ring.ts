// A bounded list that forgets its oldest entries: the memory of everything that goes on without end.
// Knows nothing of what it holds.

export class Ring<T> {
  readonly capacity: number;
  private readonly items: T[] = [];
  private start = 0;

  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1) throw new RangeError(`a ring of ${capacity} entries`);
    this.capacity = capacity;
  }

  get length(): number {
    return this.items.length;
  }

  push(item: T): void {
    if (this.items.length < this.capacity) {
      this.items.push(item);
      return;
    }
    this.items[this.start] = item;
    this.start = (this.start + 1) % this.capacity;
  }

  /** Oldest first; negative counts from the newest. */
  at(index: number): T | undefined {
    const from = index < 0 ? this.items.length + index : index;
    if (from < 0 || from >= this.items.length) return undefined;
    return this.items[(this.start + from) % this.items.length];
  }

  /** Oldest first. */
  toArray(): T[] {
    return [...this.items.slice(this.start), ...this.items.slice(0, this.start)];
  }

  clear(): void {
    this.items.length = 0;
    this.start = 0;
  }
}
