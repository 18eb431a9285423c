/**
 * Requests under way and the bytes of bodies they hold, both bounded. Those who proved themselves are counted apart.
 * Where there is no room, the unproven request that has waited longest for its body gives way: whoever sends slowly
 * loses to whoever sends at once, so sockets held open take nothing from anybody.
 */

export interface RequestLimits {
  /** Requests under way at once of those who proved themselves. */
  proven: number;
  /** And of those who did not. */
  unproven: number;
  /** Bytes of bodies over all requests under way; those who did not prove themselves have half of it at most. */
  bytes: number;
}

export class Places {
  private readonly underWay = { proven: 0, unproven: 0 };
  private readonly bytes = { proven: 0, unproven: 0 };
  /** Unproven ones whose body is still coming, the one that has waited longest first. */
  private readonly waiting = new Set<RequestSlot>();

  constructor(private readonly room: RequestLimits) {}

  /** null = there is none. */
  take(proven: boolean): RequestSlot | null {
    const kind = proven ? "proven" : "unproven";
    if (this.underWay[kind] >= this.room[kind] && (proven || !this.oneGivesWay())) return null;
    this.underWay[kind] += 1;
    return new RequestSlot(this, proven);
  }

  /** @internal Whether there is room for so many more bytes. */
  hold(place: RequestSlot, bytes: number): boolean {
    // A request that has to give way for itself is the slowest of all.
    while (!this.hasRoom(place.proven, bytes)) if (!this.oneGivesWay() || place.gone) return false;
    this.bytes[place.kind] += bytes;
    return true;
  }

  /** @internal */
  awaitsBody(place: RequestSlot, awaits: boolean): void {
    if (awaits) this.waiting.add(place);
    else this.waiting.delete(place);
  }

  /** @internal */
  moveToProven(bytes: number): void {
    this.underWay.unproven -= 1;
    this.underWay.proven += 1;
    this.bytes.unproven -= bytes;
    this.bytes.proven += bytes;
  }

  /** @internal */
  leave(place: RequestSlot, bytes: number): void {
    this.waiting.delete(place);
    this.underWay[place.kind] -= 1;
    this.bytes[place.kind] -= bytes;
  }

  private hasRoom(proven: boolean, more: number): boolean {
    const { proven: known, unproven } = this.bytes;
    return known + unproven + more <= this.room.bytes && (proven || unproven + more <= this.room.bytes / 2);
  }

  private oneGivesWay(): boolean {
    const [slowest] = this.waiting;
    slowest?.giveWay();
    return slowest !== undefined;
  }
}

/** The place of one request. */
export class RequestSlot {
  private bytes = 0;
  private stop: (() => void) | null = null;
  /** It was given up, or has left. */
  gone = false;

  constructor(
    private readonly places: Places,
    public proven: boolean,
  ) {}

  get kind(): "proven" | "unproven" {
    return this.proven ? "proven" : "unproven";
  }

  /** Whether so many more bytes of its body may be held. */
  hold(bytes: number): boolean {
    if (this.gone || !this.places.hold(this, bytes)) return false;
    this.bytes += bytes;
    return true;
  }

  /** Its body is read from now on. @param stop ends the reading, when the place is needed more by somebody else */
  awaitsBody(stop: () => void): void {
    this.stop = stop;
    if (!this.proven) this.places.awaitsBody(this, true);
  }

  hasBody(): void {
    this.stop = null;
    this.places.awaitsBody(this, false);
  }

  /** Whoever proves himself by his body holds no unproven place any more. */
  prove(): void {
    if (this.proven || this.gone) return;
    this.proven = true;
    this.places.moveToProven(this.bytes);
  }

  giveWay(): void {
    const { stop } = this;
    this.leave();
    stop?.();
  }

  leave(): void {
    if (this.gone) return;
    this.gone = true;
    this.places.leave(this, this.bytes);
    this.bytes = 0;
  }
}
