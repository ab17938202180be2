// Decides in which order the script is told what has happened.

import { Line } from "../model/line.ts";
import type { Told } from "./crossing.ts";

export class ToldLine {
  readonly #line = new Line<Told>();
  /** What goes before all others: the next one is the last. */
  readonly #first: Told[] = [];
  /** How many events of each name are there. */
  readonly #events = new Map<string, number>();

  get length(): number {
    return this.#first.length + this.#line.length;
  }

  /** Whether an event of this name is there. */
  has_event(name: string): boolean {
    return this.#events.has(name);
  }

  push(told: Told): void {
    this.#line.push(told);
    this.#count(told, 1);
  }

  /** Puts these before all others. */
  put_first(all: readonly Told[]): void {
    for (let index = all.length - 1; index >= 0; index -= 1) {
      const told = all[index] as Told;
      this.#first.push(told);
      this.#count(told, 1);
    }
  }

  shift(): Told | null {
    const told = this.#first.pop() ?? this.#line.shift();
    if (told !== null) this.#count(told, -1);
    return told;
  }

  #count(told: Told, change: number): void {
    if (told.say !== "event") return;
    const count = (this.#events.get(told.name) ?? 0) + change;
    if (count === 0) this.#events.delete(told.name);
    else this.#events.set(told.name, count);
  }
}
