/** What is known of things under way, by their id. Beyond its size the oldest is forgotten: a gap in what is watched, no more. */
const MOST = 10_000;

export class Remembered<T> {
  private readonly known = new Map<string, T>();

  get(id: string): T | undefined {
    return this.known.get(id);
  }

  set(id: string, value: T): void {
    this.known.set(id, value);
    if (this.known.size <= MOST) return;
    const oldest = this.known.keys().next().value;
    if (oldest !== undefined) this.known.delete(oldest);
  }

  take(id: string): T | undefined {
    const value = this.known.get(id);
    this.known.delete(id);
    return value;
  }
}
