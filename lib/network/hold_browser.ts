// Decides when a page must not end by itself, in what is built for browsers, where it stands in for hold.ts: never does
// a page end by itself.

export class Hold {
  set(): void {}
}
